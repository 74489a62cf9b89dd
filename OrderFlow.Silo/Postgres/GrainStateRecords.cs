using System.Globalization;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>What the two storages have in common in dealing with grain state whose ETag is a version.</summary>
internal static class GrainStateRecords
{
    /// <summary>The state as the one type a storage keeps.</summary>
    public static IGrainState<TRecord> AsRecord<T, TRecord>(this IGrainState<T> state) =>
        state as IGrainState<TRecord> ?? throw new NotSupportedException($"this storage keeps {typeof(TRecord).Name}, not {typeof(T).Name}");

    /// <summary>What is to be written.</summary>
    public static TRecord Written<TRecord>(this IGrainState<TRecord> state)
        where TRecord : class => state.State ?? throw new ArgumentException("there is nothing to write", nameof(state));

    /// <summary>A write goes from the version that was read to the next one; anything else is a mistake in the grain.</summary>
    public static void RequireNextVersion<T>(this IGrainState<T> state, long version, GrainId grainId)
    {
        var expected = state.ETag is null ? 1 : long.Parse(state.ETag, CultureInfo.InvariantCulture) + 1;
        if (version != expected) throw new ArgumentException($"{grainId} writes version {version} where {expected} comes next", nameof(version));
    }

    /// <summary>Somebody else wrote this state since it was read.</summary>
    public static InconsistentStateException Stale<T>(this IGrainState<T> state, GrainId grainId) =>
        new($"{grainId} was written by somebody else", storedEtag: "unknown", currentEtag: state.ETag ?? "none");
}
