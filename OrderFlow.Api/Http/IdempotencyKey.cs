using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Http;

/// <summary>
/// The header <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header): 1 to <see cref="MaxLength"/> visible ASCII characters, taken literally.
/// A key belongs to the user who sent it.
/// </summary>
/// <param name="Key">The key, or null if the request has none.</param>
internal sealed record IdempotencyKey(string? Key) : IRequestHeader<IdempotencyKey>
{
    /// <summary>The response header: <c>true</c> if the response is that to an earlier request.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The most characters of a key.</summary>
    public const int MaxLength = 255;

    /// <summary>Keeps a name from looking like a number: the grain storage would then store several under one key.</summary>
    private const string GrainNamePrefix = "idem/";

    private static readonly SearchValues<char> Visible = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(character => (char)character)]);

    /// <inheritdoc/>
    public static string Name => "Idempotency-Key";

    /// <inheritdoc/>
    public static string Error => $"must be one value of 1 to {MaxLength} visible ASCII characters";

    /// <inheritdoc/>
    public static IdempotencyKey? Parse(StringValues values) => values switch
    {
        [] => new IdempotencyKey(Key: null),
        [{ Length: >= 1 and <= MaxLength } key] when !key.AsSpan().ContainsAnyExcept(Visible) => new IdempotencyKey(key),
        _ => null,
    };

    /// <summary>The name under which this user's key is stored: of one length and one alphabet, whatever the user and the key are.</summary>
    public static string GrainName(string userId, string key) =>
        GrainNamePrefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{userId.Length}:{userId}{key}")));

    /// <summary>The id of an operation that must not be carried out twice: the same for the same user, operation and key, and a new one without a key.</summary>
    public string OperationId(string userId, string operation) => Key is null ? Guid.NewGuid().ToString("N") : GrainName(userId, $"{operation} {Key}");
}
