using Assay.Usage.Logs;

namespace Assay.Usage.Tests;

public sealed class ModelIdentityTests
{
    static readonly ModelCatalog Catalog = new([
        new("acme.m-v1:0", "Acme", [], false, 0, [], 0, false, false), new("acme.task-v1:0", "Acme", [], false, 0, [], 0, false, false)]);

    static ModelRef Resolve(string id) => ModelIdentity.Resolve(id, Catalog, LogReaderOptions.NoProfiles);

    [Theory]
    [InlineData("acme.m-v1:0", "acme.m-v1:0", Scope.InRegion)]
    [InlineData("us.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("eu.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("apac.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("jp.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("au.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("ca.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("us-gov.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("global.acme.m-v1:0", "acme.m-v1:0", Scope.Global)]
    [InlineData("arn:aws:bedrock:us-east-1::foundation-model/acme.m-v1:0", "acme.m-v1:0", Scope.InRegion)]
    [InlineData("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/acme.m-v1:0", "acme.m-v1:0", Scope.InRegion)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.acme.m-v1:0", "acme.m-v1:0", Scope.Geo)]
    [InlineData("arn:aws-cn:bedrock:cn-north-1:111122223333:inference-profile/global.acme.m-v1:0", "acme.m-v1:0", Scope.Global)]
    [InlineData("acme.m-v1:0:200k", "acme.m-v1:0", Scope.InRegion)]
    [InlineData("acme.m-v1:0:mm", "acme.m-v1:0", Scope.InRegion)]
    [InlineData("acme.unknown-v9:0:8k", "acme.unknown-v9:0:8k", Scope.InRegion)]
    public void A_foundation_model_is_known_by_any_of_its_names(string modelId, string id, Scope scope)
    {
        var model = Resolve(modelId);
        Assert.Equal((id, scope, ModelKind.Foundation), (model.Id, model.Scope, model.Kind));
        Assert.Equal(Catalog.Find(id), model.Facts);
    }

    [Theory]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc", ModelKind.OpaqueProfile)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:prompt/ABC123:1", ModelKind.OpaqueProfile)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:prompt-router/abc", ModelKind.OpaqueProfile)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:default-prompt-router/acme.m:1", ModelKind.OpaqueProfile)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc", ModelKind.Provisioned)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:custom-model/acme.m-v1:0/abc", ModelKind.Custom)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abc", ModelKind.Custom)]
    [InlineData("arn:aws:bedrock:us-east-1:111122223333:imported-model/abc", ModelKind.Custom)]
    [InlineData("arn:aws:sagemaker:us-east-1:111122223333:endpoint/abc", ModelKind.Custom)]
    [InlineData("arn:", ModelKind.Custom)]
    [InlineData("arn:aws:bedrock:us-east-1", ModelKind.Custom)]
    public void Other_resources_keep_their_ARN(string arn, ModelKind kind) =>
        Assert.Equal((arn, kind, Scope.InRegion), (Resolve(arn).Id, Resolve(arn).Kind, Resolve(arn).Scope));

    [Fact]
    public void Profiles_that_are_mapped_in_a_circle_stopped_the_program()
    {
        var circle = new Dictionary<string, MappedProfile> { ["arn:a"] = new("arn:b", "", "", ""), ["arn:b"] = new("arn:a", "", "", "") };
        Assert.StartsWith("arn:", ModelIdentity.Resolve("arn:a", Catalog, circle).Id, StringComparison.Ordinal);
        Assert.Equal("self", ModelIdentity.Resolve("self", Catalog, new Dictionary<string, MappedProfile> { ["self"] = new("self", "", "", "") }).Id);
    }

    [Fact]
    public void A_profile_may_be_mapped_to_another_that_is_mapped()
    {
        var chain = new Dictionary<string, MappedProfile> { ["arn:a"] = new("arn:b", "", "", ""), ["arn:b"] = new("eu.acme.m-v1:0", "", "", "") };
        Assert.Equal(new ModelRef("acme.m-v1:0", Scope.Geo, ModelKind.Foundation, Catalog.Find("acme.m-v1:0")), ModelIdentity.Resolve("arn:a", Catalog, chain));
    }
}
