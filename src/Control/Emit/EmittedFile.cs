using Assay.Control.Access;

namespace Assay.Control.Emit;

/// <summary>A file that was made of a policy.</summary>
/// <param name="Path">Relative, with <c>/</c> between folders.</param>
/// <param name="About">What it is and where it goes, in a few words.</param>
public sealed record EmittedFile(string Path, string Content, string About);

/// <summary>Documents for AWS as files.</summary>
public static class DocumentFiles
{
    public static IReadOnlyList<EmittedFile> ServiceControl(EmittedAccess access) =>
        [.. access.Groups.SelectMany(g => Of("scp", g, g.ServiceControl, d => DocumentSizes.AsWritten(d), AccessDocuments.ServiceControlMax,
            "attach beside FullAWSAccess to"))];

    public static IReadOnlyList<EmittedFile> Identity(EmittedAccess access) =>
        [.. access.Groups.SelectMany(g => Of("iam", g, g.Identity, d => DocumentSizes.WithoutSpace(d), AccessDocuments.IdentityMax,
            "managed policy for the roles of"))];

    static IEnumerable<EmittedFile> Of(string folder, AccountDocuments group, IReadOnlyList<PolicyDocument> documents,
        Func<PolicyDocument, int> size, int most, string use)
    {
        var accounts = string.Join(", ", group.Accounts.Select(a => $"{a.Name} ({a.Id})"));
        for (var i = 0; i < documents.Count; i++)
        {
            var part = documents.Count > 1 ? $"-{i + 1}-of-{documents.Count}" : "";
            yield return new($"{folder}/{group.Name}{part}.json", documents[i].ToJson(),
                FormattableString.Invariant($"{use} {accounts}; {size(documents[i]):#,##0} of {most:#,##0} characters"));
        }
    }
}
