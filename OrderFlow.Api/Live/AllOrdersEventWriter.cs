using System.Globalization;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Live;

/// <summary>The changes of all orders, told to one reader as they come.</summary>
internal static class AllOrdersEventWriter
{
    /// <summary>The most changes that are sent together.</summary>
    private const int SentAtOnce = 100;

    /// <summary>Tells of changes until nobody listens any more.</summary>
    public static async Task Write(EventStream stream, AllOrdersFollower reader, CancellationToken end)
    {
        while (true)
        {
            if (await reader.WaitForSignal(end)) stream.AddHeartbeat();
            while (Add(stream, reader)) await stream.Flush();
            await stream.Flush();
        }
    }

    /// <summary>Adds the changes that wait, so many at most, and how many were dropped before them. False where none waited.</summary>
    private static bool Add(EventStream stream, AllOrdersFollower reader)
    {
        if (reader.TakeMissedCount() is > 0 and var missed) stream.Add(MissedResponse.EventName, id: null, new MissedResponse(missed), ResponseJson.Default.MissedResponse);

        var added = 0;
        for (; added < SentAtOnce && reader.TakeNext() is { } each; added++)
        {
            var change = OrderChangeResponse.Of(each.OrderId, each.Transition);
            var id = string.Create(CultureInfo.InvariantCulture, $"{change.OrderId}-{change.Version}");
            stream.Add(OrderChangeResponse.EventName, id, change, ResponseJson.Default.OrderChangeResponse);
        }

        return added > 0;
    }
}
