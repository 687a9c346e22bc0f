using Assay.Control.Traffic;
using Assay.Desk.Books;
using Assay.Desk.Input;

namespace Assay.Desk.Commands;

/// <summary><c>assay policy draft</c>: a policy that permits what was observed.</summary>
static class PolicyDrafting
{
    public static int Run(string[] paths, string name, string owner, string book, string? profiles, string? batch, int workers,
        CancellationToken cancel)
    {
        if (!owner.Contains('@') && !owner.StartsWith("arn:", StringComparison.Ordinal))
            throw new InputException($"--owner '{owner}' cannot be told; write an e-mail address such as finops@example.com.");
        var shelf = new BookShelf();
        var draft = new PolicyDraft();
        var rated = new RatedCharges(shelf.Open(book), null, null, (in record, charges) => draft.Add(record, charges));
        var stream = new DistinctUsage(Shared.ReaderOptions(shelf, profiles, []), workers) { Batches = Shared.ParseBatch(batch) };
        using var progress = Progress.OnTerminal("reading");
        var reading = stream.Read(LogFiles.Under(paths), records =>
        {
            rated.Add(records);
            progress.Add(records.Length);
        }, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, paths);
        if (draft.Records == 0)
            throw new InputException("no call of a known model succeeded, so there is nothing to permit. 'assay report' says what "
                + "there is.");
        Console.Out.Write(draft.Write(name, owner));
        Console.Out.Flush();
        Shared.Account(reading);
        return ExitCode.Fine;
    }
}
