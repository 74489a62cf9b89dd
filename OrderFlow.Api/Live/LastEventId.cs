using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Live;

/// <summary>The header <c>Last-Event-ID</c> of a request to follow an order: the version of the last change that the client has seen.</summary>
internal sealed class LastEventId : IBindableFromHttpContext<LastEventId>
{
    /// <summary>The request's header.</summary>
    public const string Header = "Last-Event-ID";

    private static readonly LastEventId None = new(0, null);

    private readonly ProblemHttpResult? _refusal;

    private LastEventId(long version, ProblemHttpResult? refusal) => (Version, _refusal) = (version, refusal);

    /// <summary>The version; 0 where the client has seen none.</summary>
    public long Version { get; }

    /// <summary>True where the header can be understood, or is not there; false with the refusal.</summary>
    public bool IsGood([NotNullWhen(false)] out ProblemHttpResult? refusal) => (refusal = _refusal) is null;

    /// <summary>Reads the header.</summary>
    public static ValueTask<LastEventId?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var values = context.Request.Headers[Header];
        return ValueTask.FromResult<LastEventId?>(values.Count == 0 ? None
            : values is [{ } id] && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? new(version, null)
            : new(0, Problems.Invalid(Header, "must be the id of an event of this stream, a whole number")));
    }
}
