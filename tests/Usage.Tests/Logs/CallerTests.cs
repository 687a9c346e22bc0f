using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>Who made a call: principal, tags and mapped profiles.</summary>
public sealed class CallerTests
{
    const string Profile = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2c3d4e5f6";

    static Caller Tagged(string metadata, LogReaderOptions? options = null, string model = Claude) =>
        Only(Line(model: model, extra: $"\"requestMetadata\":{metadata}"), options).Caller;

    static LogReaderOptions Mapping(string profile, MappedProfile to, params string[] tagKeys) =>
        new(Catalog, new Dictionary<string, MappedProfile> { [profile] = to }, tagKeys);

    [Theory]
    [InlineData("arn:aws:sts::111122223333:assumed-role/Clerk/session", "Clerk")]
    [InlineData("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/jo.doe@example.com", "AWSReservedSSO_Dev_0123456789abcdef")]
    [InlineData("arn:aws-us-gov:sts::111122223333:assumed-role/Clerk/session", "Clerk")]
    [InlineData("arn:aws-cn:sts::111122223333:assumed-role/Clerk/i-0123456789", "Clerk")]
    [InlineData("arn:aws:sts::111122223333:assumed-role/Clerk", "Clerk")]
    [InlineData("arn:aws:iam::111122223333:user/jo", "jo")]
    [InlineData("arn:aws:iam::111122223333:user/division/team/jo", "jo")]
    [InlineData("arn:aws:iam::111122223333:role/service-role/Clerk", "Clerk")]
    [InlineData("arn:aws:iam::111122223333:root", "root")]
    [InlineData("arn:aws:sts::111122223333:federated-user/jo", "jo")]
    [InlineData("", "")]
    public void The_principal_is_the_role_without_its_session_else_the_user_else_root(string arn, string principal) =>
        Assert.Equal(principal, Only(Line(arn: arn)).Caller.Principal);

    [Theory, InlineData("null"), InlineData("\"text\""), InlineData("{}"), InlineData("{\"arn\":null}"), InlineData("{\"arn\":5}"), InlineData("[]")]
    public void An_identity_that_names_nobody_gives_no_principal(string identity) =>
        Assert.Equal("", Only(Line(arn: "gone").Replace("{\"arn\":\"gone\"}", identity, StringComparison.Ordinal)).Caller.Principal);

    [Theory]
    [InlineData("""{"app":"a","team":"t","env":"e"}""", "a", "t", "e")]
    [InlineData("""{"application":"a","environment":"e"}""", "a", "", "e")]
    [InlineData("""{"application":"long","app":"short","env":"short","environment":"long"}""", "short", "", "short")]
    [InlineData("""{"app":"","application":"a"}""", "a", "", "")]
    [InlineData("""{"App":"a","TEAM":"t"}""", "", "", "")]
    [InlineData("""{"app":5,"team":null,"env":{"x":1}}""", "", "", "")]
    [InlineData("null", "", "", "")]
    [InlineData("[]", "", "", "")]
    public void App_team_and_env_are_tags_of_the_request(string metadata, string app, string team, string env)
    {
        var caller = Tagged(metadata);
        Assert.Equal((app, team, env), (caller.App, caller.Team, caller.Env));
    }

    [Fact]
    public void Further_tags_are_kept_in_the_order_they_were_asked_for()
    {
        var tags = Tagged("""{"session":"s1","costCenter":"42","other":"x"}""", new(Catalog, LogReaderOptions.NoProfiles, ["costCenter", "absent", "session"])).Tags;
        Assert.Equal(["42", null, "s1"], Enumerable.Range(0, tags.Count).Select(i => tags[i]));
    }

    [Fact]
    public void A_tag_of_one_record_does_not_stick_to_the_next()
    {
        var (records, _) = Read(Line(extra: "\"requestMetadata\":{\"k\":\"v\",\"app\":\"a\"}") + "\n" + Line(),
            new(Catalog, LogReaderOptions.NoProfiles, ["k"]));
        Assert.Equal(("v", "a"), (records[0].Caller.Tags[0], records[0].Caller.App));
        Assert.Equal((null, ""), (records[1].Caller.Tags[0], records[1].Caller.App));
    }

    [Theory, InlineData("app"), InlineData("application"), InlineData("team"), InlineData("env"), InlineData("environment")]
    public void Grouping_by_a_tag_that_is_also_a_dimension_showed_everything_as_untagged(string key)
    {
        var caller = Tagged($$"""{"{{key}}":"v"}""", new(Catalog, LogReaderOptions.NoProfiles, [key]));
        Assert.Equal("v", caller.Tags[0]);
        Assert.Equal("v", caller.App + caller.Team + caller.Env);
    }

    [Fact]
    public void An_application_profile_nobody_mapped_keeps_its_ARN()
    {
        var model = Only(Line(model: Profile)).Model;
        Assert.Equal((Profile, ModelKind.OpaqueProfile), (model.Id, model.Kind));
        Assert.Null(model.Facts);
    }

    [Fact]
    public void A_mapped_profile_names_the_model_its_scope_and_the_caller()
    {
        var record = Only(Line(model: Profile), Mapping(Profile, new("us." + Claude, "chat", "core", "prod")));
        Assert.Equal((Claude, Scope.Geo, ModelKind.Foundation), (record.Model.Id, record.Model.Scope, record.Model.Kind));
        Assert.Equal(("chat", "core", "prod"), (record.Caller.App, record.Caller.Team, record.Caller.Env));
    }

    [Theory]
    [InlineData("""{"app":"own"}""", "own", "core")]
    [InlineData("""{"app":""}""", "chat", "core")]
    [InlineData("""{"team":"own"}""", "chat", "own")]
    public void Tags_of_the_request_go_before_those_of_its_profile(string metadata, string app, string team)
    {
        var caller = Tagged(metadata, Mapping(Profile, new(Claude, "chat", "core", "")), Profile);
        Assert.Equal((app, team), (caller.App, caller.Team));
    }

    [Fact]
    public void A_record_without_tags_and_one_with_an_empty_tag_are_the_same_caller_in_either_order()
    {
        var options = Mapping(Profile, new(Claude, "chat", "", ""));
        string tagged = Line(model: Profile, extra: "\"requestMetadata\":{\"app\":\"\"}"), bare = Line(model: Profile);
        foreach (var text in (string[])[tagged + "\n" + bare, bare + "\n" + tagged])
            Assert.Equal(["chat", "chat"], Read(text, options).Records.Select(r => r.Caller.App));
    }

    [Fact]
    public void Equal_callers_of_one_reader_are_one_object()
    {
        var (records, _) = Read(Line() + "\n" + Line(model: Nova) + "\n" + Line(extra: "\"requestMetadata\":{\"app\":\"x\"}") + "\n" + Line());
        Assert.Same(records[0].Caller, records[1].Caller);
        Assert.Same(records[0].Caller, records[3].Caller);
        Assert.NotSame(records[0].Caller, records[2].Caller);
    }

    [Fact]
    public void Calls_of_a_mapped_provisioned_model_stay_covered_by_their_model_units()
    {
        const string provisioned = "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123";
        var record = Only(Line(model: provisioned), Mapping(provisioned, new(Claude, "chat", "", "")));
        Assert.Equal((Claude, ModelKind.Provisioned, Mode.Provisioned, "chat"), (record.Model.Id, record.Model.Kind, record.Mode, record.Caller.App));
    }
}
