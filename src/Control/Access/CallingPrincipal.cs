namespace Assay.Control.Access;

/// <summary>Who makes a call, as policies see it: a session of a role is that role.</summary>
/// <param name="Account">Id of the account the principal is of.</param>
/// <param name="Arn">ARN of the role, the IAM user or the account's root: what <c>aws:PrincipalArn</c> holds.</param>
/// <param name="Name">Its name with its path, without a leading slash; <c>root</c> for the account's root.</param>
public sealed record CallingPrincipal(string Account, string Arn, string Name)
{
    /// <summary>Whether it is the account's root, for which IAM policies do not count.</summary>
    public bool IsRoot => Arn.EndsWith(":root", StringComparison.Ordinal);

    /// <summary>
    /// Reads the ARN of a role, a user, a root, or a session (<c>arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION</c>, which leaves out
    /// the role's path); null where it is none of them.
    /// <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"/>
    /// </summary>
    public static CallingPrincipal? Of(string arn)
    {
        if (arn.Split(':', 6) is not ["arn", { Length: > 0 } partition, var service, _, { Length: > 0 } account, var resource]) return null;
        return (service, resource.Split('/')) switch
        {
            ("iam", ["root"]) => new(account, arn, "root"),
            ("iam", ["role" or "user", .. { Length: > 0 } path]) when path[^1].Length > 0 => new(account, arn, string.Join('/', path)),
            ("sts", ["assumed-role", { Length: > 0 } role, { Length: > 0 }]) =>
                new(account, $"arn:{partition}:iam::{account}:role/{role}", role),
            _ => null,
        };
    }
}
