using System.Globalization;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>Extends grain state whose ETag is a version, as orders and stock items have it.</summary>
internal static class GrainStateExtensions
{
    /// <summary>Casts the state to the only type that the storage keeps.</summary>
    public static IGrainState<TRecord> AsRecord<T, TRecord>(this IGrainState<T> state) =>
        state as IGrainState<TRecord> ?? throw new NotSupportedException($"This storage keeps {typeof(TRecord).Name}, not {typeof(T).Name}.");

    /// <summary>The record to write.</summary>
    public static TRecord RequireRecord<TRecord>(this IGrainState<TRecord> state)
        where TRecord : class => state.State ?? throw new ArgumentException("The state to write is null.", nameof(state));

    /// <summary>The version that the grain has read; null where its row does not exist.</summary>
    public static long? Version<T>(this IGrainState<T> state) => state.ETag is { } version ? long.Parse(version, CultureInfo.InvariantCulture) : null;

    /// <summary>Sets what was read or written. The version is null where the row does not exist.</summary>
    public static void Set<TRecord>(this IGrainState<TRecord> state, TRecord? record, long? version)
        where TRecord : class
    {
        state.State = record!;
        state.ETag = version?.ToString(CultureInfo.InvariantCulture);
        state.RecordExists = version is not null;
    }

    /// <summary>Requires that a write goes from the version that was read to the next one; anything else is a bug in the grain.</summary>
    public static void RequireNextVersion<T>(this IGrainState<T> state, long version, GrainId grainId)
    {
        var expected = (state.Version() ?? 0) + 1;
        if (version != expected) throw new ArgumentException($"{grainId} writes version {version}; the next version is {expected}.", nameof(version));
    }

    /// <summary>The error for a state that was written by another activation since it was read.</summary>
    public static InconsistentStateException VersionConflict<T>(this IGrainState<T> state, GrainId grainId) =>
        new($"The state of {grainId} was written by another activation since it was read.", storedEtag: "unknown", currentEtag: state.ETag ?? "none");
}
