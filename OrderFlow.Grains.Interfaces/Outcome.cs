namespace OrderFlow;

/// <summary>How a grain answered a command or a read. A refusal is an answer, not an exception.</summary>
[GenerateSerializer, Alias("outcome")]
public enum Outcome
{
    /// <summary>Done, or already so.</summary>
    Ok,

    /// <summary>There is no such thing, or this caller must not learn that there is.</summary>
    NotFound,

    /// <summary>The caller may see it, but may not do this.</summary>
    Forbidden,

    /// <summary>Its present state does not allow this.</summary>
    Conflict,

    /// <summary>It is not in the version that the command is meant for.</summary>
    Stale,

    /// <summary>The id it was to have belongs to another order. Nothing was done; with another id it may be.</summary>
    IdTaken,
}
