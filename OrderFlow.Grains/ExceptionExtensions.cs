namespace OrderFlow;

/// <summary>Adds the inner exception's message, because drivers put the cause there, such as a timeout.</summary>
internal static class ExceptionExtensions
{
    public static string FullMessage(this Exception error) => error.InnerException is { } inner ? $"{error.Message}: {inner.Message}" : error.Message;
}
