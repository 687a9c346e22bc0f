namespace Assay.Control.Access;

/// <summary>
/// Puts statements into as few documents as AWS's sizes allow. Statements of the layers emitted here do not depend on each other's
/// document: what one of several attached documents allows or denies, all of them do.
/// </summary>
static class DocumentSizes
{
    /// <summary>Characters as they are sent: Organizations counts white space that a program sends.</summary>
    public static int AsWritten(PolicyDocument document) => document.ToJson().Length;

    /// <summary>Characters without white space, as IAM counts.</summary>
    public static int WithoutSpace(PolicyDocument document) => document.ToJson().Count(c => !char.IsWhiteSpace(c));

    /// <param name="tooLong">Ids of statements that exceed the size by themselves and cannot be split.</param>
    public static List<PolicyDocument> Fit(
        IReadOnlyList<Statement> statements, int most, Func<PolicyDocument, int> sizeOf, out IReadOnlyList<string> tooLong)
    {
        List<Statement> pieces = [];
        List<string> refused = [];
        foreach (var statement in statements) Split(statement);
        tooLong = refused;
        List<PolicyDocument> documents = [];
        List<Statement> open = [];
        foreach (var piece in pieces)
        {
            if (open.Count > 0 && sizeOf(new([.. open, piece])) > most)
            {
                documents.Add(new([.. open]));
                open.Clear();
            }
            open.Add(piece);
        }
        if (open.Count > 0) documents.Add(new([.. open]));
        return documents;

        // Resources are alternatives, so half of them in each of two statements mean the same; what is excepted is not.
        void Split(Statement statement)
        {
            if (sizeOf(new([statement])) <= most) pieces.Add(statement);
            else if (statement.Resources.Count > 1)
            {
                var half = statement.Resources.Count / 2;
                Split(statement with { Sid = statement.Sid + "A", Resources = [.. statement.Resources.Take(half)] });
                Split(statement with { Sid = statement.Sid + "B", Resources = [.. statement.Resources.Skip(half)] });
            }
            else
            {
                refused.Add(statement.Sid);
                pieces.Add(statement);
            }
        }
    }
}
