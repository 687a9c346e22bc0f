using Assay.Control.Access;
using Assay.Control.Emit;
using Assay.Control.Policies;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;

namespace Assay.Desk.Commands;

/// <summary><c>assay policy emit</c>: a policy as documents for AWS.</summary>
static class PolicyEmit
{
    static readonly string[] Formats = ["scp", "iam", "cloudformation", "terraform"];

    public sealed record Request(string File, string? Format)
    {
        public string? Into { get; init; }
        public string Book { get; init; } = BookShelf.Default;
        public bool Json { get; init; }
    }

    public static int Run(Request request)
    {
        if (request.Format is not { } format || !Formats.Contains(format))
            throw new InputException((request.Format is null ? "--format is missing" : $"--format '{request.Format}' is not a format")
                + $". Accepted: {string.Join(", ", Formats)}, as in 'assay policy emit {request.File} --format scp'.");
        var shelf = new BookShelf();
        var policy = PolicyCommand.Read(request.File, shelf.Catalog);
        var access = AccessDocuments.Of(policy);
        // First of all: what it would break.
        foreach (var warning in access.Warnings) Console.Error.WriteLine($"assay: warning: {warning}.");
        foreach (var conflict in PolicyConflicts.Of(policy, shelf.Catalog, shelf.Regions)) Console.Error.WriteLine($"assay: {conflict}.");
        var (files, cost) = Files(policy, access, format, shelf, request.Book);
        if (files.Count == 0) throw new InputException($"'{request.File}' describes no accounts, so there is nothing to emit. List "
            + "them under "
            + "'accounts', as samples/policy.yaml does.");
        foreach (var note in access.Notes) Console.Error.WriteLine($"assay: {note}.");
        if (request.Into is { } folder) Write(folder, files);
        if (request.Json) PriceJson.Write(json => PolicyJson.Write(json, format, files, access, cost, withContent: request.Into is null));
        else if (request.Into is not null) PolicyTerminal.Write(Terminal.Console(), request.Into, files, cost);
        else Print(files);
        Console.Out.Flush();
        return ExitCode.Fine;
    }

    static (IReadOnlyList<EmittedFile> Files, MonitoringCost? Cost) Files(
        PolicyFile policy, EmittedAccess access, string format, BookShelf shelf, string book)
    {
        if (format == "scp") return (DocumentFiles.ServiceControl(access), null);
        if (format == "iam") return (DocumentFiles.Identity(access), null);
        if (policy.Accounts.Count == 0) return ([], null);
        var set = MonitoringSet.Of(policy, access, shelf.Catalog);
        var cost = MonitoringCost.Of(set, shelf.Open(book));
        return (format == "cloudformation" ? CloudFormation.Files(set, cost) : Terraform.Files(set, cost), cost);
    }

    // One file as it is; several one after the other, each under its name.
    static void Print(IReadOnlyList<EmittedFile> files)
    {
        foreach (var file in files)
        {
            if (files.Count > 1) Console.Out.Write($"==> {file.Path} <==\n");
            Console.Out.Write(file.Content);
            if (files.Count > 1) Console.Out.Write('\n');
        }
    }

    static void Write(string folder, IReadOnlyList<EmittedFile> files)
    {
        try
        {
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, file.Content);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write into '{folder}': {LogFiles.Reason(fault)}. --out takes a folder you may write to.");
        }
    }
}
