using System.Globalization;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>Writes the changes of all orders to one follower as they happen.</summary>
internal static class AllOrdersEventWriter
{
    /// <summary>The most changes that are sent together.</summary>
    private const int MaxBatch = 100;

    /// <summary>Writes changes until the follower is gone.</summary>
    public static async Task Write(EventStream stream, AllOrdersFollower follower, CancellationToken cancellation)
    {
        while (true)
        {
            if (await follower.WaitForSignal(cancellation)) stream.AddHeartbeat();
            while (AddBatch(stream, follower)) await stream.Flush();
            await stream.Flush();
        }
    }

    /// <summary>Adds how many changes were dropped, then at most <see cref="MaxBatch"/> buffered ones. False if none was buffered.</summary>
    private static bool AddBatch(EventStream stream, AllOrdersFollower follower)
    {
        if (follower.TakeMissedCount() is > 0 and var missed)
            stream.Add(MissedResponse.EventName, id: null, new MissedResponse(missed), ResponseJson.Default.MissedResponse);

        var added = 0;
        for (; added < MaxBatch && follower.TakeNext() is { } next; added++)
        {
            var change = OrderChangeResponse.Of(next.OrderId, next.Transition);
            var id = string.Create(CultureInfo.InvariantCulture, $"{change.OrderId}-{change.Version}");
            stream.Add(OrderChangeResponse.EventName, id, change, ResponseJson.Default.OrderChangeResponse);
        }

        return added > 0;
    }
}
