using System.CommandLine;
using System.CommandLine.Parsing;
using Assay.Desk.Commands;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Pricing;

namespace Assay.Desk;

/// <summary>How a command ended. 130 is what a shell expects of Ctrl-C.</summary>
static class ExitCode
{
    public const int Fine = 0, FailedOn = 1, WrongInput = 2, OutsideFailed = 3, Interrupted = 130;
}

/// <summary>The people's door: finds the command, runs it, and turns every expected fault into one clear line.</summary>
static class Door
{
    public static async Task<int> Open(string[] args)
    {
        // The command is called what the launcher is called, not what the assembly is.
        AppContext.SetData("System.CommandLine.ExecutableName", "assay");
        var root = new RootCommand("Assay tells what Amazon Bedrock costs, why, and what to change.\n\n"
            + "Start with 'assay demo'; then point it at your own logs: 'assay report ./my-logs'.");
        root.Subcommands.Add(ReportCommand.Make());
        root.Subcommands.Add(RateCommand.Make());
        root.Subcommands.Add(ExplainCommand.Make());
        root.Subcommands.Add(PricesCommand.Make());
        root.Subcommands.Add(DemoCommand.Make());
        HelpWithExample.Apply(root);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) return Wrong(args, parsed, root);
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is InputException or PriceBookException or FormatException)
        {
            return Say(wrong.Message, ExitCode.WrongInput);
        }
        catch (OperationCanceledException)
        {
            return Say("interrupted; nothing of an unfinished result was kept.", ExitCode.Interrupted);
        }
        catch (IOException closed) when (IsClosedPipe(closed))
        {
            // Whoever read our output has read enough.
            return ExitCode.Fine;
        }
        catch (Exception outside) when (outside is IOException or UnauthorizedAccessException)
        {
            return Say($"{LogFiles.Reason(outside)}. Nothing was lost; free the disk or the file and run the command again.", ExitCode.OutsideFailed);
        }
        catch (Exception defect) when (Environment.GetEnvironmentVariable("ASSAY_TRACE") is null)
        {
            return Say($"this is a defect of Assay: {defect.GetType().Name}: {defect.Message} Set ASSAY_TRACE=1 to see where, and report it.", ExitCode.OutsideFailed);
        }
    }

    static int Wrong(string[] args, ParseResult parsed, RootCommand root)
    {
        var word = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "";
        if (word.Length > 0 && parsed.CommandResult.Command is RootCommand)
        {
            var near = root.Subcommands.Select(c => c.Name).MinBy(n => Dimensions.Distance(n, word));
            return Say($"'{word}' is not a command; did you mean 'assay {near}'? 'assay --help' lists them.", ExitCode.WrongInput);
        }
        return Say($"{parsed.Errors[0].Message.TrimEnd('.')}. 'assay {Named(parsed.CommandResult)}--help' shows what is accepted.", ExitCode.WrongInput);
    }

    static string Named(CommandResult command) => command.Command is RootCommand ? ""
        : (command.Parent is CommandResult { Command: not RootCommand } parent ? parent.Command.Name + " " : "") + command.Command.Name + " ";

    static int Say(string message, int code)
    {
        Console.Error.WriteLine($"assay: {message.ReplaceLineEndings(" ")}");
        return code;
    }

    // EPIPE, however the platform words it.
    static bool IsClosedPipe(IOException fault) =>
        fault.HResult is 32 or -2147024787 || fault.Message.Contains("Broken pipe", StringComparison.OrdinalIgnoreCase);
}
