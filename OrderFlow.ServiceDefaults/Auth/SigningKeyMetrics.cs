using System.Diagnostics.Metrics;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Metrics of the keys that tokens are verified with, in the meter <c>OrderFlow.Auth</c>.</summary>
internal sealed class SigningKeyMetrics
{
    public const string MeterName = "OrderFlow.Auth";

    private readonly Meter _meter;
    private readonly Counter<long> _fetches;

    public SigningKeyMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _fetches = _meter.CreateCounter<long>("orderflow.auth.key_fetches", "{fetch}", "Fetches of the identity provider's keys.");
    }

    /// <summary>Begins to report the number of keys.</summary>
    public void Observe(Func<int> count)
    {
        _meter.CreateObservableGauge("orderflow.auth.keys", count, "{key}", "Keys that tokens may be signed with.");
        foreach (var outcome in new[] { true, false }) Add(outcome, 0);
    }

    /// <summary>Counts a fetch.</summary>
    public void Fetched(bool isSuccess) => Add(isSuccess, 1);

    private void Add(bool isSuccess, long count) => _fetches.Add(count, new KeyValuePair<string, object?>("outcome", isSuccess ? "ok" : "failed"));
}
