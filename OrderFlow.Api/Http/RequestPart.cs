using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Http;

/// <summary>A part of a request that is parsed and validated before the endpoint runs: its value, or the problem to answer with.</summary>
internal abstract class RequestPart<T>(T? value, ProblemHttpResult? problem)
    where T : class
{
    /// <summary>True with the value, or false with the problem.</summary>
    public bool TryGet([NotNullWhen(true)] out T? result, [NotNullWhen(false)] out ProblemHttpResult? error)
    {
        (result, error) = (value, problem);
        return result is not null;
    }
}

/// <summary>A type of request header.</summary>
internal interface IRequestHeader<TSelf>
    where TSelf : class
{
    /// <summary>The header's name.</summary>
    static abstract string Name { get; }

    /// <summary>What is wrong with a header that cannot be parsed.</summary>
    static abstract string Error { get; }

    /// <summary>Parses the header's values, of which there are none if the request has no such header. Null if they are not valid.</summary>
    static abstract TSelf? Parse(StringValues values);
}

/// <summary>A request header as a parameter of an endpoint.</summary>
internal sealed class Header<T> : RequestPart<T>, IBindableFromHttpContext<Header<T>>
    where T : class, IRequestHeader<T>
{
    private Header(T? value)
        : base(value, value is null ? Problems.Invalid(T.Name, T.Error) : null)
    {
    }

    /// <inheritdoc/>
    public static ValueTask<Header<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Header<T>?>(new(T.Parse(context.Request.Headers[T.Name])));
}
