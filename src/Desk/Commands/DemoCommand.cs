using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Estate;

namespace Assay.Desk.Commands;

/// <summary>
/// <c>assay demo</c>: the tour on the built-in sample estate: makes its logs, rates them, prints the report and the plan.
/// </summary>
static class DemoCommand
{
    public const string About = "The tour on the built-in sample estate: makes its logs, rates them, prints the report and the plan.";

    public static Command Make()
    {
        var json = Shared.Json();
        var seed = new Option<ulong>("--seed")
        {
            Description = "The same seed gives the same bytes.", DefaultValueFactory = _ => new SampleOptions().Seed,
        };
        var into = new Option<string?>("--into")
        {
            Description = "Folder for the sample logs; a temporary one otherwise.", HelpName = "DIR",
        };
        var command = new ExampledCommand("demo", About,
            "assay demo --into ./sample-logs")
        {
            json, seed, into,
        };
        command.SetAction((parsed, cancel) =>
            Task.FromResult(Run(parsed.GetValue(into), parsed.GetValue(seed), parsed.GetValue(json), cancel)));
        return command;
    }

    static int Run(string? into, ulong seed, bool json, CancellationToken cancel)
    {
        var folder = into ?? Path.Combine(Path.GetTempPath(), $"assay-demo-{Environment.UserName}");
        var logs = Path.Combine(folder, "logs");
        if (into is not null && Directory.Exists(logs))
            throw new InputException($"'{logs}' exists already; name another folder with --into, or remove it.");
        if (Directory.Exists(logs)) Directory.Delete(logs, recursive: true);
        var shelf = new BookShelf();
        var sample = SampleEstate.Generate(new() { Seed = seed, Catalog = shelf.Catalog });
        foreach (var file in sample.Files)
        {
            cancel.ThrowIfCancellationRequested();
            // The map of profiles stands beside the logs, not among them.
            var path = Path.Combine(file.Kind == EstateFileKind.Profiles ? folder : logs, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = File.Create(path);
            file.Write(stream);
        }
        if (!json) Console.WriteLine($"A made-up company's Bedrock logs of two weeks, {sample.Files.Count} files, in {logs}\n");
        var page = Path.Combine(folder, "report.html");
        var code = ReportCommand.Run(
            new([logs]) { Json = json, Html = page, Workers = Math.Clamp(Environment.ProcessorCount, 1, 8) }, cancel);
        if (json) return code;
        Console.WriteLine("\nWhat to change about it\n");
        PlanCommand.Run(new([logs]) { Workers = Math.Clamp(Environment.ProcessorCount, 1, 8), IsQuiet = true }, cancel);
        var profiles = Path.Combine(folder, "profiles.json");
        Console.WriteLine($"""

            Next
              assay report {logs} --profiles {profiles}      name the models behind the opaque profiles
              assay plan {logs} --constraints FILE           what to change, within what you allow: docs/plan.md
              assay report {logs} --by team,model            ask a question of your own
              assay explain {sample.Truth.Records[0].RequestId} {logs}
              assay prices show claude-sonnet-4-5            what a model costs, since when, says who
            The same as a page to send around: {page}
            """);
        return code;
    }
}
