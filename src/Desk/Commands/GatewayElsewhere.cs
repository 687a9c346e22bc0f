using System.CommandLine;

namespace Assay.Desk.Commands;

/// <summary>
/// <c>assay gateway</c> is a program of its own, which the launcher starts. It is listed here so that people find it; who starts this
/// program without the launcher is told.
/// </summary>
static class GatewayElsewhere
{
    public const string About = "The gateway: every call admitted, priced before it is sent, held to budgets, written down";

    public static Command Make()
    {
        var command = new ExampledCommand("gateway", About, "assay gateway --local") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(_ => Elsewhere());
        return command;
    }

    static int Elsewhere() => throw new Input.InputException(
        "the gateway is a program of its own; start it by the launcher, './assay gateway --local', or run 'Assay.Gateway' itself.");
}
