using System.Diagnostics;
using Assay.Desk.Input;

namespace Assay.Desk.Commands;

/// <summary>Prints pages to PDF with a Chromium that is installed.</summary>
static class Chromium
{
    const string Variable = "ASSAY_CHROMIUM";
    static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    static readonly string[] Elsewhere = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>The program; null where there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } stated) return File.Exists(stated) ? stated : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(f => Names.Select(n => Path.Combine(f, n))).Concat(Elsewhere).FirstOrDefault(File.Exists);
    }

    /// <exception cref="InputException">It did not make a PDF.</exception>
    public static void Print(string chromium, string page, string pdf, CancellationToken cancel)
    {
        var profile = Directory.CreateTempSubdirectory("assay-print-");
        try
        {
            ProcessStartInfo how = new(chromium)
            {
                RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
            };
            // The page loads nothing and runs nothing, so it needs no sandbox, which containers and root cannot have.
            foreach (var argument in (string[])["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                "--no-pdf-header-footer", $"--user-data-dir={profile.FullName}", $"--print-to-pdf={Path.GetFullPath(pdf)}",
                new Uri(Path.GetFullPath(page)).AbsoluteUri])
                how.ArgumentList.Add(argument);
            using var process = Process.Start(how) ?? throw new InputException($"'{chromium}' could not be started; no PDF was made.");
            using var kill = cancel.Register(() => process.Kill(entireProcessTree: true));
            process.StandardInput.Close();
            var (said, _) = (process.StandardError.ReadToEndAsync(cancel), process.StandardOutput.ReadToEndAsync(cancel));
            if (!process.WaitForExit(Patience)) process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            if (!File.Exists(pdf) || new FileInfo(pdf).Length == 0)
            {
                throw new InputException($"'{chromium}' made no PDF: {LastLine(said)}. "
                    + $"Name another one in {Variable}, or write --html FILE and print that.");
            }
        }
        finally
        {
            try { profile.Delete(recursive: true); }
            catch (IOException)
            {
                // A process of it still lets go of its files; the folder is a temporary one.
            }
        }
    }

    static string LastLine(Task<string> said) => said.Wait(TimeSpan.FromSeconds(1))
        ? said.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("it said nothing").Trim().TrimEnd('.')
        : "it did not end";
}
