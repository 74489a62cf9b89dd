using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>
/// Reads the caller from a token with a valid signature, by its JSON: the library turns every claim into text, so that two numbers beyond its precision
/// would become one text, and one user.
/// </summary>
internal sealed class TokenClaims(IOptions<AuthOptions> options)
{
    private const string String = "a JSON string";
    private const string StringOrStrings = "a JSON string or a list of them";
    private const string Number = "a JSON number";

    // RFC 7519 §4: a claim that is given twice may be read in two ways.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The types of the claims that are read; others may be anything.</summary>
    private static readonly (string Name, bool IsRequired, string Type, Func<JsonElement, bool> Matches)[] Claims =
    [
        (CallerIdentity.UserClaim, true, String, IsString),
        ("iss", true, String, IsString),
        ("aud", true, StringOrStrings, IsStringOrStrings),
        ("exp", true, Number, IsNumber),
        ("nbf", false, Number, IsNumber),
        ("iat", false, Number, IsNumber),
    ];

    /// <summary>Reads the claims of a token.</summary>
    /// <param name="payload">The token's second part.</param>
    /// <param name="maxIssuedAt">The latest valid <c>iat</c>.</param>
    /// <returns>
    /// The caller, with the address that the issuer has verified, if any; or a sentence that says why there is none. It quotes nothing, because it goes into a
    /// header (RFC 6750 §3).
    /// </returns>
    public (Caller? Caller, string? VerifiedEmail, string? Error) Read(string payload, DateTimeOffset maxIssuedAt)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload), Strict);
            var claims = json.RootElement;
            if (ValidateTypes(claims) is { } error) return (null, null, error);
            if (Find(claims, "iat") is { } issued && issued.GetDouble() > maxIssuedAt.ToUnixTimeMilliseconds() / 1000d)
                return (null, null, "The token was issued in the future, by its iat.");

            var userId = Find(claims, CallerIdentity.UserClaim)!.Value.GetString();
            if (TextId.ValidateUserId(userId) is { } userIdError) return (null, null, $"The token's {CallerIdentity.UserClaim} {userIdError}.");

            var auth = options.Value;
            var roles = FindByPath(claims, auth.RoleClaim);
            if (roles is { } found && !IsStringOrStrings(found)) return (null, null, $"The token's {auth.RoleClaim} must be {StringOrStrings}.");

            var caller = new Caller(userId!, Holds(roles, auth.AdminRole), Holds(roles, auth.PaymentsRole), Holds(roles, auth.FulfilmentRole));
            return (caller, VerifiedEmail(claims), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)   // the latter two for a lone surrogate and for invalid base64url
        {
            return (null, null, "The token's claims must be a JSON object that gives each once, in UTF-8.");
        }
    }

    /// <summary>OpenID Connect Core §5.1. A claim of another type does not count.</summary>
    private static string? VerifiedEmail(JsonElement claims) =>
        Find(claims, "email_verified") is { ValueKind: JsonValueKind.True } && Find(claims, "email") is { ValueKind: JsonValueKind.String } email ? email.GetString() : null;

    private static string? ValidateTypes(JsonElement claims) => Claims
        .Where(expected => Find(claims, expected.Name) is { } claim ? !expected.Matches(claim) : expected.IsRequired)
        .Select(expected => $"The token's {expected.Name} must be {expected.Type}.").FirstOrDefault();

    /// <summary>Finds a claim; null counts as absent.</summary>
    private static JsonElement? Find(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind != JsonValueKind.Null ? claim : null;

    /// <summary>Finds a claim by its name, else by its path in nested claims. Names may hold dots themselves, as addresses and names of clients do.</summary>
    private static JsonElement? FindByPath(JsonElement claims, string path)
    {
        if (claims.ValueKind != JsonValueKind.Object) return null;
        if (Find(claims, path) is { } claim) return claim;

        for (var dot = path.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            if (Find(claims, path[..dot]) is { } parent && FindByPath(parent, path[(dot + 1)..]) is { } nested) return nested;
        }

        return null;
    }

    private static bool IsString(JsonElement claim) => claim.ValueKind == JsonValueKind.String;

    private static bool IsNumber(JsonElement claim) => claim.ValueKind == JsonValueKind.Number;

    private static bool IsStringOrStrings(JsonElement claim) =>
        IsString(claim) || (claim.ValueKind == JsonValueKind.Array && claim.EnumerateArray().All(IsString));

    private static bool Holds(JsonElement? claim, string text) => claim switch
    {
        null => false,
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Any(each => each.ValueEquals(text)),
        { } single => single.ValueEquals(text),
    };
}
