using OrderFlow.Orders;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests;

/// <summary>Names each event's topic, such as <c>Topics.Created</c>, for all tests.</summary>
internal static class EventTopics
{
    extension(Topics)
    {
        public static string Created => OrderEventType.Created.ToName();

        public static string Reserved => OrderEventType.Reserved.ToName();

        public static string Failed => OrderEventType.Failed.ToName();

        public static string Cancelled => OrderEventType.Cancelled.ToName();

        public static string Reopened => OrderEventType.Reopened.ToName();

        public static string Confirmed => OrderEventType.Confirmed.ToName();

        public static string Fulfilled => OrderEventType.Fulfilled.ToName();
    }
}
