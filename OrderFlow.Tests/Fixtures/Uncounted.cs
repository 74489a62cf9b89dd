using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Metrics that nobody reads.</summary>
internal static class Uncounted
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    public static CommitMetrics Commits { get; } = new(Meters);

    public static OrderMetrics Orders { get; } = new(Meters);
}
