using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Desk.Tests;

/// <summary>How a run of the real program ended, and what it said.</summary>
sealed record Ended(int Exit, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public IReadOnlyList<JsonElement> JsonLines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Ended MustSucceed()
    {
        Assert.True(Exit == 0, $"exit code {Exit}; standard error: {Errors}");
        return this;
    }

    /// <summary>One clear line on standard error, nothing on standard output.</summary>
    public string MustRefuse(int exit = 2)
    {
        Assert.True(Exit == exit, $"exit code {Exit}; standard error: {Errors}");
        Assert.Equal("", Output);
        return Assert.Single(ErrorLines);
    }
}

/// <summary>Runs the built program as people do: as a process. Whatever happens, it must end, and never with a stack trace.</summary>
static partial class Cli
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
    static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Assay.Desk.dll");

    public static Ended Run(string folder, string[] arguments, byte[]? input = null) => End(Start(folder, Dotnet, [Program, .. arguments]), input);

    /// <summary>Runs a shell script in which <c>$assay</c> is the program.</summary>
    public static Ended Bash(string folder, string script) => End(Start(folder, "bash", ["-c", script]), null);

    /// <summary>Starts the program and leaves it running.</summary>
    public static Process Start(string folder, params string[] arguments) => Start(folder, Dotnet, [Program, .. arguments]);

    static Process Start(string folder, string program, string[] arguments)
    {
        ProcessStartInfo how = new(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        how.Environment.Remove("ASSAY_TRACE");
        how.Environment["assay"] = $"{Dotnet} {Program}";
        return Process.Start(how)!;
    }

    public static Ended End(Process process, byte[]? input)
    {
        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            Feed(process, input);
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"still running after {Patience.TotalSeconds} seconds; standard error so far: {errors.Result}");
            }
            Ended ended = new(process.ExitCode, output.Result, errors.Result);
            Assert.False(Trace().IsMatch(ended.Errors), $"a stack trace or a defect: {ended.Errors}");
            return ended;
        }
    }

    static void Feed(Process process, byte[]? input)
    {
        try
        {
            if (input is not null) process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of its input.
        }
    }

    [GeneratedRegex(@"^\s+at \w|Unhandled exception|defect of Assay", RegexOptions.Multiline)]
    private static partial Regex Trace();
}

/// <summary>A folder of its own for a test; the program runs in it, so that what it prints names no machine.</summary>
sealed class Folder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("assay-tests-").FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), bytes);
        return name;
    }

    public Ended Run(params string[] arguments) => Cli.Run(Root, arguments);
    public Ended RunWithInput(string input, params string[] arguments) => Cli.Run(Root, arguments, Encoding.UTF8.GetBytes(input));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
