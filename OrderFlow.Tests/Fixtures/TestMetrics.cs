using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Orders;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Metrics for tests that do not read them.</summary>
internal static class TestMetrics
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    public static CommitMetrics Commits { get; } = new(Meters);

    public static OrderMetrics Orders { get; } = new(Meters);
}
