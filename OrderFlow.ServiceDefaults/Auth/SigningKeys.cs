using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>
/// The keys that tokens may be signed with: of a file, or of a provider, whose keys are fetched at intervals and when a token names another one. While the provider
/// does not answer, its last keys stay.
/// </summary>
internal sealed partial class SigningKeys(
    IOptions<AuthOptions> options, IdentityProvider provider, SigningKeyMetrics metrics, TimeProvider time, ILogger<SigningKeys> log) : BackgroundService
{
    /// <summary>The least time between two fetches: tokens with invented key ids must not become a load for the provider. Those who wait share a fetch.</summary>
    public static readonly TimeSpan MinFetchInterval = TimeSpan.FromSeconds(1);

    private static readonly ExponentialBackoff RetryDelay = new(MinFetchInterval, TimeSpan.FromSeconds(30), Jitter: 0.2);

    private readonly bool _isFile = !string.IsNullOrWhiteSpace(options.Value.PublicKeyFile);
    private readonly SemaphoreSlim _fetching = new(1);
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<SecurityKey, CancellationTokenSource> _withdrawals = new();
    private Task<bool>? _next;
    private long? _fetchedAt;
    private string? _failure;

    private volatile KeySet? _current = string.IsNullOrWhiteSpace(options.Value.PublicKeyFile)
        ? null
        : new(options.Value.Issuer!, PublicKeys.Load(options.Value.PublicKeyFile).Keys);

    /// <summary>The keys; null until the provider has answered once.</summary>
    public KeySet? Current => _current;

    /// <summary>Whether a token with this key id, which none of these keys verified, may be signed with one that the provider has published since.</summary>
    public bool MayHaveMoreThan(KeySet? known, string? keyId) => !_isFile && (string.IsNullOrEmpty(keyId) || known is null || !known.For(keyId).Any());

    /// <summary>Cancelled once the key is withdrawn, for responses that last.</summary>
    public CancellationToken UntilWithdrawn(SecurityKey key)
    {
        var withdrawal = _withdrawals.GetOrAdd(key, _ => new());
        if (_current?.Holds(key) != true) withdrawal.Cancel();   // in between
        return withdrawal.Token;
    }

    /// <summary>Fetches the keys, unless a fetch is due that has not begun; that one serves all who ask before it begins.</summary>
    /// <returns>False where the provider gave no keys.</returns>
    public Task<bool> Refresh()
    {
        lock (_lock) return _next ??= Task.Run(FetchInTurn);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _fetching.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe(() => _current?.Keys.Count ?? 0);
        if (_isFile) return;

        for (var failures = 0; ;)
        {
            failures = await Refresh().WaitAsync(stoppingToken) ? 0 : failures + 1;
            var retry = failures == 0 ? TimeSpan.MaxValue : RetryDelay.DelayAfter(failures);
            var interval = options.Value.JwksRefreshInterval;
            await Task.Delay(retry < interval ? retry : interval, time, stoppingToken);
        }
    }

    private async Task<bool> FetchInTurn()
    {
        await _fetching.WaitAsync();
        try
        {
            if (_fetchedAt is { } last && MinFetchInterval - time.GetElapsedTime(last) is { Ticks: > 0 } early) await Task.Delay(early, time);
            lock (_lock) _next = null;   // before the request: who asks from here on may know of keys that its answer lacks
            return await Fetch();
        }
        finally
        {
            _fetchedAt = time.GetTimestamp();
            _fetching.Release();
        }
    }

    private async Task<bool> Fetch()
    {
        try
        {
            Replace(await provider.FetchKeys());
            metrics.Fetched(isSuccess: true);
            if (_failure is not null) LogRecovered(provider.Address);
            _failure = null;
            return true;
        }
        catch (Exception error)   // whatever it is, the keys that are known stay
        {
            metrics.Fetched(isSuccess: false);
            var reason = error is OperationCanceledException ? $"no answer within {IdentityProvider.Timeout}" : error.Message;
            if (_failure != reason) LogFailed(provider.Address, _current?.Keys.Count ?? 0, reason);
            _failure = reason;
            return false;
        }
    }

    private void Replace(KeySet fetched)
    {
        var (before, now) = (_current, fetched.Reuse(_current));
        _current = now;
        foreach (var (key, withdrawal) in _withdrawals)
        {
            if (!now.Holds(key) && _withdrawals.TryRemove(key, out _)) withdrawal.Cancel();
        }

        var added = now.Keys.Count(key => before?.Holds(key) != true);
        var withdrawn = before?.Keys.Count(key => !now.Holds(key)) ?? 0;
        if (added + withdrawn > 0) LogChanged(now.Issuer, added, withdrawn, now.Keys.Count);
        if (now.Keys.Count == 0 && before?.Keys.Count != 0) LogNone(provider.Address);
    }

    [LoggerMessage(LogLevel.Information, "The signing keys of {Issuer} were fetched: {Added} added, {Withdrawn} withdrawn, {Count} in all")]
    private partial void LogChanged(string issuer, int added, int withdrawn, int count);

    [LoggerMessage(LogLevel.Error, "{Address} publishes no RSA key of at least 2,048 bits for RS256 and no P-256 key for ES256: no token can be accepted")]
    private partial void LogNone(string address);

    [LoggerMessage(LogLevel.Warning, "The signing keys could not be fetched from {Address} and will be retried; the {Count} known ones stay valid: {Reason}")]
    private partial void LogFailed(string address, int count, string reason);

    [LoggerMessage(LogLevel.Information, "The signing keys can be fetched from {Address} again")]
    private partial void LogRecovered(string address);
}

/// <summary>The provider has not published any keys to this program yet, or not the one a token names: whether the token is valid cannot be told.</summary>
internal sealed class SigningKeysUnavailableException() : Exception("The identity provider's keys cannot be fetched.");
