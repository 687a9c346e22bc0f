using Assay.Control.Access;

namespace Assay.Control.Tests.Access;

/// <summary>
/// AWS's documented evaluation, case by case:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and the pages it leads to.
/// </summary>
public class EvaluatorTests
{
    const string Invoke = "bedrock:InvokeModel", Model = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0";
    const string AllowAll = """{"Sid":"A","Effect":"Allow","Action":"bedrock:*","Resource":"*"}""";

    static PolicyDocument Document(params string[] statements) =>
        PolicyDocument.Parse("{\"Version\":\"2012-10-17\",\"Statement\":[" + string.Join(',', statements) + "]}");

    static AccessLayer Layer(LayerKind kind, params string[] statements) => new(kind, kind.ToString(), [new("d", Document(statements))]);

    static AccessRequest Request(string action = Invoke, string resource = Model, params (string, string)[] keys) =>
        new(action, resource, AccessRequest.Context(keys));

    static string Say(AccessDecision decision) => $"{decision.Answer} {decision.Layer?.Kind} {decision.Statement?.Sid}".Trim();

    [Fact]
    public void Nothing_is_allowed_by_default() =>
        Assert.Equal("ImplicitDeny Identity", Say(AccessEvaluator.Decide(Request(), [new(LayerKind.Identity, "role", [])])));

    [Fact]
    public void An_explicit_deny_overrides_any_allow() => Assert.Equal("ExplicitDeny Identity D", Say(AccessEvaluator.Decide(Request(),
        [Layer(LayerKind.Identity, AllowAll, """{"Sid":"D","Effect":"Deny","Action":"bedrock:InvokeModel*","Resource":"*"}""")])));

    [Fact]
    public void A_service_control_policy_must_allow_too() => Assert.Equal("ImplicitDeny ServiceControl", Say(AccessEvaluator.Decide(Request(),
        [Layer(LayerKind.ServiceControl, """{"Effect":"Allow","Action":"s3:*","Resource":"*"}"""), Layer(LayerKind.Identity, AllowAll)])));

    [Fact]
    public void Every_level_of_service_control_policies_must_allow() => Assert.Equal("ImplicitDeny ServiceControl", Say(AccessEvaluator.Decide(
        Request(), [Layer(LayerKind.ServiceControl, AllowAll), Layer(LayerKind.ServiceControl, """{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"""),
            Layer(LayerKind.Identity, AllowAll)])));

    [Fact]
    public void A_service_control_policy_gives_nothing_by_itself() => Assert.Equal("ImplicitDeny Identity", Say(AccessEvaluator.Decide(Request(),
        [Layer(LayerKind.ServiceControl, AllowAll), Layer(LayerKind.Identity, """{"Effect":"Allow","Action":"s3:*","Resource":"*"}""")])));

    [Fact]
    public void A_boundary_caps_what_the_identity_has() => Assert.Equal("ImplicitDeny Boundary", Say(AccessEvaluator.Decide(Request(),
        [Layer(LayerKind.Boundary, """{"Effect":"Allow","Action":"s3:*","Resource":"*"}"""), Layer(LayerKind.Identity, AllowAll)])));

    [Fact]
    public void A_session_policy_caps_what_the_role_has() => Assert.Equal("ImplicitDeny Session", Say(AccessEvaluator.Decide(Request(),
        [Layer(LayerKind.Identity, AllowAll), Layer(LayerKind.Session, """{"Effect":"Allow","Action":"bedrock:ListFoundationModels","Resource":"*"}""")])));

    [Fact]
    public void A_deny_of_the_service_control_policy_is_named_before_the_identitys() => Assert.Equal("ExplicitDeny ServiceControl D",
        Say(AccessEvaluator.Decide(Request(), [Layer(LayerKind.ServiceControl, AllowAll, """{"Sid":"D","Effect":"Deny","Action":"*","Resource":"*"}"""),
            Layer(LayerKind.Identity, AllowAll)])));

    // Element by element: a statement that allows, and whether it is about the request.
    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"bedrock:invokemodel","Resource":"*"}""", true)] // actions know no capitals
    [InlineData("""{"Effect":"Allow","Action":"bedrock:InvokeModelW*","Resource":"*"}""", false)]
    [InlineData("""{"Effect":"Allow","Action":["s3:*","bedrock:Invoke?odel"],"Resource":"*"}""", true)]
    [InlineData("""{"Effect":"Allow","NotAction":"bedrock:InvokeModel*","Resource":"*"}""", false)]
    [InlineData("""{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}""", true)]
    [InlineData("""{"Effect":"Allow","Action":"bedrock:*","Resource":"arn:aws:bedrock:*::foundation-model/amazon.*"}""", true)]
    [InlineData("""{"Effect":"Allow","Action":"bedrock:*","Resource":"arn:aws:bedrock:eu-*::foundation-model/*"}""", false)]
    [InlineData("""{"Effect":"Allow","Action":"bedrock:*","Resource":"arn:aws:bedrock:us-east-1::foundation-model/Amazon.*"}""", false)] // resources do
    [InlineData("""{"Effect":"Allow","Action":"bedrock:*","NotResource":"arn:aws:bedrock:*::foundation-model/anthropic.*"}""", true)]
    [InlineData("""{"Effect":"Allow","Action":"bedrock:*","NotResource":["arn:aws:s3:::*","arn:aws:bedrock:*::foundation-model/*"]}""", false)]
    public void Actions_and_resources_match_as_written(string statement, bool isAllowed) => Assert.Equal(isAllowed,
        AccessEvaluator.Decide(Request(), [Layer(LayerKind.Identity, statement)]).IsAllowed);

    [Theory]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "checkout", true)]
    [InlineData("StringEquals", "aws:principaltag/TEAM", "checkout", true)] // names of keys know no capitals
    [InlineData("StringEquals", "aws:PrincipalTag/team", "Checkout", false)]
    [InlineData("StringEqualsIgnoreCase", "aws:PrincipalTag/team", "Checkout", true)]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "check*", false)]
    [InlineData("StringLike", "aws:PrincipalTag/team", "check*", true)]
    [InlineData("StringNotEquals", "aws:PrincipalTag/team", "search", true)]
    [InlineData("StringNotLike", "aws:PrincipalTag/team", "c*", false)]
    [InlineData("StringEquals", "aws:PrincipalTag/none", "x", false)] // what is not there matches nothing
    [InlineData("StringNotEquals", "aws:PrincipalTag/none", "x", true)] // and so differs from everything
    [InlineData("StringEqualsIfExists", "aws:PrincipalTag/none", "x", true)]
    [InlineData("StringEqualsIfExists", "aws:PrincipalTag/team", "x", false)]
    [InlineData("Null", "aws:PrincipalTag/none", "true", true)]
    [InlineData("Null", "aws:PrincipalTag/team", "true", false)]
    [InlineData("Null", "aws:PrincipalTag/team", "false", true)]
    [InlineData("ForAnyValue:StringEquals", "aws:TagKeys", "app", true)]
    [InlineData("ForAnyValue:StringEquals", "aws:TagKeys", "env", false)]
    [InlineData("ForAnyValue:StringEquals", "aws:None", "env", false)]
    [InlineData("ForAllValues:StringLike", "aws:TagKeys", "*", true)]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "app", false)]
    [InlineData("ForAllValues:StringEquals", "aws:None", "app", true)] // an empty set fulfils it
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*/App", true)]
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", false)]
    [InlineData("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::2*:*", true)]
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:*", false)] // each of the six parts is compared by itself
    [InlineData("ArnLike", "bedrock:InferenceProfileArn", "*", false)]
    [InlineData("Bool", "aws:SecureTransport", "true", true)]
    [InlineData("Bool", "aws:SecureTransport", "false", false)]
    [InlineData("BoolIfExists", "aws:MultiFactorAuthPresent", "true", true)]
    [InlineData("NumericLessThan", "aws:MultiFactorAuthAge", "3600", true)]
    [InlineData("NumericGreaterThanEquals", "aws:MultiFactorAuthAge", "3600", false)]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/team}", true)]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/none}", false)]
    public void Conditions_hold_as_documented(string name, string key, string value, bool isAllowed)
    {
        var statement = "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
            + $"\"{name}\":{{\"{key}\":\"{value}\"}}" + "}}";
        var request = Request(keys:
        [
            ("aws:PrincipalTag/team", "checkout"), ("aws:TagKeys", "app"), ("aws:TagKeys", "team"), ("aws:SecureTransport", "true"),
            ("aws:PrincipalArn", "arn:aws:iam::111111111111:role/service/App"), ("aws:MultiFactorAuthAge", "60"),
        ]);
        Assert.Equal(isAllowed, AccessEvaluator.Decide(request, [Layer(LayerKind.Identity, statement)]).IsAllowed);
    }

    [Fact]
    public void Values_of_a_key_are_alternatives_and_keys_hold_together()
    {
        var layer = Layer(LayerKind.Identity, """
            {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":["us-east-1","us-west-2"],"aws:PrincipalTag/team":"a"}}}
            """);
        Assert.True(AccessEvaluator.Decide(Request(keys: [("aws:RequestedRegion", "us-west-2"), ("aws:PrincipalTag/team", "a")]), [layer]).IsAllowed);
        Assert.False(AccessEvaluator.Decide(Request(keys: [("aws:RequestedRegion", "us-west-2")]), [layer]).IsAllowed);
        Assert.False(AccessEvaluator.Decide(Request(keys: [("aws:RequestedRegion", "eu-west-1"), ("aws:PrincipalTag/team", "a")]), [layer]).IsAllowed);
    }

    [Fact]
    public void A_negated_operator_is_broken_by_any_of_its_values()
    {
        var layer = Layer(LayerKind.Identity, """
            {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["us-east-1","us-west-2"]}}}
            """);
        Assert.False(AccessEvaluator.Decide(Request(keys: [("aws:RequestedRegion", "us-west-2")]), [layer]).IsAllowed);
        Assert.True(AccessEvaluator.Decide(Request(keys: [("aws:RequestedRegion", "eu-west-1")]), [layer]).IsAllowed);
    }

    static ModelCall Call(string prefix, string region = "eu-central-1") => new()
    {
        Account = "111111111111", PrincipalArn = "arn:aws:iam::111111111111:role/App", Region = region, Model = "amazon.nova-lite-v1:0", Prefix = prefix,
    };

    [Fact]
    public void A_profile_asks_for_itself_and_for_the_model_in_every_region_it_spans() => Assert.Equal(
        [
            "eu-central-1 arn:aws:bedrock:eu-central-1:111111111111:inference-profile/eu.amazon.nova-lite-v1:0",
            "eu-central-1 arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-lite-v1:0",
            "eu-north-1 arn:aws:bedrock:eu-north-1::foundation-model/amazon.nova-lite-v1:0",
            "eu-south-1 arn:aws:bedrock:eu-south-1::foundation-model/amazon.nova-lite-v1:0",
            "eu-south-2 arn:aws:bedrock:eu-south-2::foundation-model/amazon.nova-lite-v1:0",
            "eu-west-1 arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0",
            "eu-west-3 arn:aws:bedrock:eu-west-3::foundation-model/amazon.nova-lite-v1:0",
        ], Call("eu").Requests().Select(r => $"{r.Find("aws:RequestedRegion")![0]} {r.Resource}"));

    [Fact]
    public void A_profile_that_is_allowed_without_one_of_its_regions_is_denied()
    {
        var layers = new[] { Layer(LayerKind.Identity, """
            {"Effect":"Allow","Action":"bedrock:InvokeModel*","Resource":["arn:aws:bedrock:*:*:inference-profile/*","arn:aws:bedrock:eu-central-1::foundation-model/*",
            "arn:aws:bedrock:eu-west-*::foundation-model/*"]}
            """) };
        Assert.Equal(["eu-north-1", "eu-south-1", "eu-south-2"],
            Call("eu").Decide(layers).Where(d => !d.Decision.IsAllowed).Select(d => d.Request.Find("aws:RequestedRegion")![0]));
    }

    [Fact]
    public void A_deny_of_other_regions_breaks_a_profile_that_reaches_them() => Assert.Contains(Call("us", "us-east-1").Decide(
        [Layer(LayerKind.ServiceControl, AllowAll, """
            {"Sid":"Home","Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}
            """), Layer(LayerKind.Identity, AllowAll)]), d => d.Decision.Statement?.Sid == "Home");

    [Fact]
    public void A_global_profile_asks_for_the_model_without_a_region() => Assert.Equal(
        "unspecified arn:aws:bedrock:::foundation-model/amazon.nova-lite-v1:0",
        Call("global").Requests().Select(r => $"{r.Find("aws:RequestedRegion")![0]} {r.Resource}").Last());

    [Fact]
    public void A_converse_stream_needs_the_permission_of_a_streamed_invocation() => Assert.Equal(
        "bedrock:InvokeModelWithResponseStream", Assert.Single((Call("") with { Operation = "ConverseStream" }).Requests()).Action);

    [Theory]
    [InlineData("""{"Statement":[]}""", "the version")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}""", "'Maybe' is neither Allow nor Deny")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}""", "needs one of Action and NotAction")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}""",
        "'IpAddress' is not evaluated here")]
    [InlineData("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}""", "names a principal")]
    [InlineData("[]", "not a policy document")]
    public void What_cannot_be_evaluated_is_refused(string json, string words) =>
        Assert.Contains(words, Assert.Throws<FormatException>(() => PolicyDocument.Parse(json)).Message);

    [Theory]
    [InlineData("arn:aws:sts::111111111111:assumed-role/Admin/ana", "arn:aws:iam::111111111111:role/Admin", "Admin")]
    [InlineData("arn:aws:iam::111111111111:role/team/x/Admin", "arn:aws:iam::111111111111:role/team/x/Admin", "team/x/Admin")]
    [InlineData("arn:aws:iam::111111111111:user/ana", "arn:aws:iam::111111111111:user/ana", "ana")]
    [InlineData("arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:root", "root")]
    [InlineData("arn:aws:iam::111111111111:role/", null, null)]
    [InlineData("arn:aws:sts::111111111111:assumed-role/Admin", null, null)]
    [InlineData("arn:aws:s3:::bucket", null, null)]
    public void A_session_is_judged_as_its_role(string arn, string? principal, string? name)
    {
        var read = CallingPrincipal.Of(arn);
        Assert.Equal((principal, name), (read?.Arn, read?.Name));
    }

    [Theory]
    [InlineData("eu", "us-east-1", false)]
    [InlineData("us", "us-gov-east-1", false)]
    [InlineData("us", "ca-central-1", true)]
    [InlineData("global", "us-east-1", true)]
    [InlineData("", "us-east-1", true)]
    public void A_profile_serves_the_regions_of_its_geography(string prefix, string region, bool isServed) => Assert.Equal(isServed,
        new ModelCall { Account = "1", PrincipalArn = "", Region = region, Model = "m", Prefix = prefix }.IsServed);
}
