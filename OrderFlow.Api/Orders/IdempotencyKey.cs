using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Orders;

/// <summary>
/// The header <c>Idempotency-Key</c> of a request, where it has one: 1 to <see cref="MaxLength"/> visible ASCII characters, taken as they are.
/// A key belongs to the user who sent it. See the IETF draft draft-ietf-httpapi-idempotency-key-header.
/// </summary>
internal sealed class IdempotencyKey : IBindableFromHttpContext<IdempotencyKey>
{
    /// <summary>The request's header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The answer's header: <c>true</c> where the answer is that of an earlier request.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The most characters of a key.</summary>
    public const int MaxLength = 255;

    /// <summary>So that no name can be taken for a number: the grain storage would then keep several under one key.</summary>
    private const string NamePrefix = "idem/";

    private static readonly IdempotencyKey None = new(null, null);
    private static readonly SearchValues<char> Visible = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(character => (char)character)]);

    private readonly ProblemHttpResult? _refusal;

    private IdempotencyKey(string? value, ProblemHttpResult? refusal) => (Value, _refusal) = (value, refusal);

    /// <summary>The key, or null where the request has none.</summary>
    public string? Value { get; }

    /// <summary>True with the key or without one; false with the refusal of something else.</summary>
    public bool IsGood([NotNullWhen(false)] out ProblemHttpResult? refusal) => (refusal = _refusal) is null;

    /// <summary>The name this user's key is kept by: of one length and one alphabet, whatever the user and the key are.</summary>
    public static string GrainName(string userId, string key) =>
        NamePrefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{userId.Length}:{userId}{key}")));

    /// <summary>Reads the header.</summary>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var values = context.Request.Headers[Header];
        return ValueTask.FromResult<IdempotencyKey?>(values.Count == 0 ? None
            : values is [{ Length: >= 1 and <= MaxLength } key] && !key.AsSpan().ContainsAnyExcept(Visible) ? new(key, null)
            : new(null, Problems.Invalid(Header, $"must be one value of 1 to {MaxLength} visible ASCII characters")));
    }
}
