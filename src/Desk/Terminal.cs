using Spectre.Console;

namespace Assay.Desk;

/// <summary>The terminal as commands write to it: coloured for people, plain in a pipe.</summary>
static class Terminal
{
    const int PlainWidth = 110;

    // A line that explains a figure is not folded in a pipe: whoever searches it finds it whole.
    public const int Unfolded = 10_000;

    public static IAnsiConsole Console(int plainWidth = PlainWidth)
    {
        var plain = System.Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        System.Console.OutputEncoding = System.Text.Encoding.UTF8;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(System.Console.IsOutputRedirected ? new TrimmedLines(System.Console.Out) : System.Console.Out),
        });
        if (System.Console.IsOutputRedirected) console.Profile.Width = plainWidth;
        return console;
    }
}

/// <summary>Shows on a terminal that long work goes on; silent in a pipe.</summary>
sealed class Progress : IDisposable
{
    const int Every = 50_000;

    readonly string? what;
    long done;
    long shown;

    Progress(string? what) => this.what = what;

    public static Progress OnTerminal(string what) => new(System.Console.IsErrorRedirected ? null : what);

    public void Add(long count)
    {
        done += count;
        if (what is null || done - shown < Every) return;
        shown = done;
        System.Console.Error.Write($"\r{what} {done:#,##0} requests…");
    }

    public void Dispose()
    {
        if (shown > 0) System.Console.Error.Write("\r\u001b[K");
        shown = 0;
    }
}

/// <summary>Passes text on without the blanks at the ends of its lines, which tables leave and which files and diffs do not want.</summary>
sealed class TrimmedLines(TextWriter inner) : TextWriter
{
    int blanks;

    public override System.Text.Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value == ' ') { blanks++; return; }
        if (value is not ('\n' or '\r'))
            for (; blanks > 0; blanks--) inner.Write(' ');
        blanks = 0;
        inner.Write(value);
    }

    public override void Flush() => inner.Flush();
}
