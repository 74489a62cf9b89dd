using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>Which versions of an order a command is meant for (<c>If-Match</c>, RFC 9110 §13.1.1). The default is meant for any.</summary>
/// <param name="Versions">The versions; an empty list is met by none.</param>
[GenerateSerializer, Immutable, Alias("if-version")]
public readonly record struct IfVersion([property: Id(0)] ImmutableArray<long> Versions)
{
    /// <summary>True where the command is meant for this version.</summary>
    public bool Allows(long version) => Versions.IsDefault || Versions.Contains(version);
}
