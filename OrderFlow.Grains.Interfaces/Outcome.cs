namespace OrderFlow;

/// <summary>How a grain answers a command or read. A refusal is an answer, not an exception.</summary>
[GenerateSerializer, Alias("outcome")]
public enum Outcome
{
    /// <summary>Done, or already so.</summary>
    Ok,

    /// <summary>It does not exist, or this caller must not learn that it does.</summary>
    NotFound,

    /// <summary>The caller may see it, but may not do this.</summary>
    Forbidden,

    /// <summary>Its current state does not allow this.</summary>
    Conflict,

    /// <summary>It is not in a version that the command requires.</summary>
    Stale,

    /// <summary>The chosen id belongs to another order. Nothing was done; another id may succeed.</summary>
    IdTaken,

    /// <summary>Not every silo knows this yet. Nothing was done; it may succeed once all silos are updated.</summary>
    Unsupported,

    /// <summary>The operation's id was used for another command. Nothing was done.</summary>
    KeyReused,
}
