using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Desk.Commands;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Bills;
using Assay.Ledger.Store;
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
    // Made with all their options when they are typed: the list of commands must answer at once, however many there come to be.
    static readonly (string Name, string About, Func<Command> Make)[] Commands =
    [
        ("report", ReportCommand.About, ReportCommand.Make),
        ("rate", RateCommand.About, RateCommand.Make),
        ("explain", ExplainCommand.About, ExplainCommand.Make),
        ("prices", PricesCommand.About, PricesCommand.Make),
        ("reconcile", ReconcileCommand.About, ReconcileCommand.Make),
        ("allocate", AllocateCommand.About, AllocateCommand.Make),
        ("ledger", LedgerCommand.About, LedgerCommand.Make),
        ("model", ModelCommand.About, ModelCommand.Make),
        ("plan", PlanCommand.About, PlanCommand.Make),
        ("prove", ProveCommand.About, ProveCommand.Make),
        ("policy", PolicyCommand.About, PolicyCommand.Make),
        ("weekly", WeeklyCommand.About, WeeklyCommand.Make),
        ("pack", PackCommand.About, PackCommand.Make),
        ("compare", CompareCommand.About, CompareCommand.Make),
        ("edp", EdpCommand.About, EdpCommand.Make),
        ("guide", GuideCommand.About, GuideCommand.Make),
        ("gateway", GatewayElsewhere.About, GatewayElsewhere.Make),
        ("demo", DemoCommand.About, DemoCommand.Make),
    ];

    const string About = "Assay tells what Amazon Bedrock costs, why, and what to change.\n\n"
        + "Start with the example; then point it at your own logs: 'assay report ./my-logs'.";
    const string Example = "assay demo";

    /// <summary>Prints the commands there are.</summary>
    public static int Overview()
    {
        var text = new StringBuilder().Append(About).Append("\n\nUsage:\n  assay [command] [options]\n\nCommands:\n");
        foreach (var (name, about, _) in Commands) text.Append(CultureInfo.InvariantCulture, $"  {name,-10}{about}\n");
        text.Append("\nOptions:\n  -h, --help  Help of any command, with an example\n  --version   The version\n\n")
            .Append(CultureInfo.InvariantCulture, $"Example:\n  {Example}\n\n");
        Console.Out.Write(text);
        Console.Out.Flush();
        return ExitCode.Fine;
    }

    public static async Task<int> Open(string[] args)
    {
        // Not a RootCommand: that one is named after the executable, and people type 'assay'.
        var root = new ExampledCommand("assay", About, Example)
        {
            new HelpOption(), new VersionOption(),
        };
        foreach (var (name, about, make) in Commands)
            root.Subcommands.Add(args.Contains(name) ? make() : new Command(name, about));
        HelpWithExample.Apply(root);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) return Wrong(parsed);
        try
        {
            return await Invoke(parsed).ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is InputException or PriceBookException or BillException or FormatException)
        {
            return Say(wrong.Message, ExitCode.WrongInput);
        }
        catch (LedgerException ledger)
        {
            return Say(ledger.Message, ledger.IsOutside ? ExitCode.OutsideFailed : ExitCode.WrongInput);
        }
        catch (OperationCanceledException)
        {
            return Say("interrupted; what was printed so far is not the whole result.", ExitCode.Interrupted);
        }
        catch (IOException closed) when (IsClosedPipe(closed))
        {
            // Whoever read our output has read enough.
            return ExitCode.Fine;
        }
        catch (Exception outside) when (outside is IOException or UnauthorizedAccessException)
        {
            return Say($"{LogFiles.Reason(outside)}. Nothing was lost; free the disk or the file and run the command again.",
                ExitCode.OutsideFailed);
        }
        catch (Exception defect) when (Environment.GetEnvironmentVariable("ASSAY_TRACE") is null)
        {
            return Say($"this is a defect of Assay: {defect.GetType().Name}: {defect.Message} "
                + "Set ASSAY_TRACE=1 to see where, and report it.", ExitCode.OutsideFailed);
        }
    }

    // A read of an idle pipe or terminal cannot be cancelled: after a moment's grace the program ends without waiting for it.
    static async Task<int> Invoke(ParseResult parsed)
    {
        var grace = TimeSpan.FromMilliseconds(500);
        using var stop = new CancellationTokenSource();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        InvocationConfiguration plain = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        var work = Task.Run(() => parsed.InvokeAsync(plain, stop.Token));
        if (await Task.WhenAny(work, stopped.Task).ConfigureAwait(false) == work) return await work.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(work, Task.Delay(grace)).ConfigureAwait(false);
        return work.IsCompleted ? await work.ConfigureAwait(false) : throw new OperationCanceledException();
    }

    static int Wrong(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var called = Named(parsed.CommandResult);
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.FirstOrDefault(t => !t.StartsWith('-')) is { } word)
        {
            var near = command.Subcommands.Select(c => c.Name).MinBy(n => Dimensions.Distance(n, word));
            return Say($"'{word}' is not a command; did you mean '{called} {near}'? '{called} --help' lists them.", ExitCode.WrongInput);
        }
        return Say($"{parsed.Errors[0].Message.TrimEnd('.')}. '{called} --help' shows what is accepted.", ExitCode.WrongInput);
    }

    static string Named(CommandResult command) =>
        (command.Parent is CommandResult parent ? Named(parent) + " " : "") + command.Command.Name;

    static int Say(string message, int code)
    {
        Console.Error.WriteLine($"assay: {message.ReplaceLineEndings(" ")}");
        return code;
    }

    // EPIPE, however the platform words it.
    static bool IsClosedPipe(IOException fault) =>
        fault.HResult is 32 or -2147024787 || fault.Message.Contains("Broken pipe", StringComparison.OrdinalIgnoreCase);
}
