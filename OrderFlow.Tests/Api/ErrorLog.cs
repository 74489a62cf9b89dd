using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrderFlow.Tests.Api;

/// <summary>Records logged errors with their scopes, so that tests can assert that there are none.</summary>
internal sealed class ErrorLog(ConcurrentQueue<string> errors, ConcurrentQueue<string> scopes) : ILoggerProvider, ISupportExternalScope, ILogger
{
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => this;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;

        errors.Enqueue(formatter(state, exception));
        var all = new List<string?>();
        _scopes?.ForEachScope((scope, list) => list.Add(scope?.ToString()), all);
        scopes.Enqueue(string.Join(' ', all));
    }

    public void Dispose()
    {
    }
}
