using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Assay.Gateway.Commands;

/// <summary>The library's help, and an example that can be typed as it stands.</summary>
sealed class ExampleOfHelp(HelpAction inner, string example) : SynchronousCommandLineAction
{
    // Who asks for help has not given the arguments yet.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = inner.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}\n");
        return code;
    }

    public static void Apply(Command command, string example)
    {
        foreach (var help in command.Options.OfType<HelpOption>())
            if (help.Action is HelpAction action) help.Action = new ExampleOfHelp(action, example);
    }
}
