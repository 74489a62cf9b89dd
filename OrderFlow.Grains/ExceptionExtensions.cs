namespace OrderFlow;

/// <summary>Says in full why something failed: drivers put the cause, such as a timeout, into the inner exception.</summary>
internal static class ExceptionExtensions
{
    public static string FullMessage(this Exception error) => error.InnerException is { } inner ? $"{error.Message}: {inner.Message}" : error.Message;
}
