using Microsoft.AspNetCore.Http;

namespace Assay.Bedrock;

/// <summary>Who calls: the account behind the key, and the region the signature names.</summary>
readonly record struct LocalCaller(string Account, string Region)
{
    /// <exception cref="LocalRefusalException">The options ask for an identity, and there is none or not a valid one.</exception>
    public static LocalCaller Of(HttpRequest request, BedrockLocalOptions options)
    {
        string? authorization = request.Headers.Authorization;
        if (string.IsNullOrEmpty(authorization))
        {
            if (options.RequireIdentity)
                throw new LocalRefusalException(BedrockError.MissingAuthenticationToken, "Missing Authentication Token");
            return new(options.Account, options.Region);
        }
        const string bearer = "Bearer ", credential = "Credential=";
        if (authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase))
        {
            var key = authorization[bearer.Length..].Trim();
            if (options.RequireIdentity && options.BearerKeys.Count > 0 && !options.BearerKeys.Contains(key))
                throw new LocalRefusalException(BedrockError.UnrecognizedClient, "The security token included in the request is invalid.");
            return new(options.Accounts.GetValueOrDefault(key, options.Account), options.Region);
        }
        var start = authorization.IndexOf(credential, StringComparison.Ordinal);
        var scope = start < 0 ? [] : authorization[(start + credential.Length)..].Split(',')[0].Split('/');
        if (scope.Length == 5 && authorization.Contains("Signature=", StringComparison.Ordinal))
            return new(options.Accounts.GetValueOrDefault(scope[0], options.Account), scope[2]);
        if (options.RequireIdentity)
            throw new LocalRefusalException(
                BedrockError.InvalidSignature, "Authorization is neither a Bearer key nor a Signature Version 4.");
        return new(options.Account, options.Region);
    }
}
