using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>Concurrent writes of which only some can win.</summary>
internal static class Racing
{
    /// <summary>True where the write was stored, false where another one was first.</summary>
    public static async Task<bool> Won(Task write)
    {
        try
        {
            await write;
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }
}
