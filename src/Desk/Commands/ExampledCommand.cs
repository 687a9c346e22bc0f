using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Assay.Desk.Commands;

/// <summary>A command whose help ends with an example that can be typed as it stands.</summary>
class ExampledCommand(string name, string description, string example) : Command(name, description)
{
    public string Example { get; } = example;
}

/// <summary>The library's help, and the example of the command below it.</summary>
sealed class HelpWithExample(HelpAction inner) : SynchronousCommandLineAction
{
    // Who asks for help has not given the arguments yet.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        if (!parseResult.CommandResult.Command.Parents.Any()) return Door.Overview();
        var code = inner.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExampledCommand { Example: var example })
            parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}\n");
        return code;
    }

    /// <summary>Puts the example into the help of every command under a root.</summary>
    public static void Apply(Command root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
            if (help.Action is HelpAction action) help.Action = new HelpWithExample(action);
    }
}
