using System.Collections.Immutable;

namespace OrderFlow;

/// <summary>The versions of an order or a stock item that a command requires (<c>If-Match</c>, RFC 9110 §13.1.1). The default allows any.</summary>
/// <param name="Versions">The allowed versions; an empty list allows none.</param>
[GenerateSerializer, Immutable, Alias("if-version")]
public readonly record struct IfVersion([property: Id(0)] ImmutableArray<long> Versions)
{
    /// <summary>True where the command may change this version.</summary>
    public bool Allows(long version) => Versions.IsDefault || Versions.Contains(version);
}
