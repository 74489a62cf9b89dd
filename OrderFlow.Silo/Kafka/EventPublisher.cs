using System.Globalization;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Kafka;

/// <inheritdoc cref="IEventPublisher"/>
internal sealed class EventPublisher(KafkaProducer producer, EventCounts counts) : IEventPublisher
{
    public Task<IReadOnlyList<long>> Publish(IReadOnlyList<OutboxEvent> events)
    {
        var run = new Run(producer, counts, events);
        run.Start();
        return run.Answer;
    }

    /// <summary>The events of one call. Orders go side by side, each order's events one after the other.</summary>
    private sealed class Run(KafkaProducer producer, EventCounts counts, IReadOnlyList<OutboxEvent> events)
    {
        private readonly TaskCompletionSource<IReadOnlyList<long>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<long> _acknowledged = new(events.Count);
        private int _ordersLeft;

        public Task<IReadOnlyList<long>> Answer => _answer.Task;

        public void Start()
        {
            var orders = events.GroupBy(told => told.OrderId).Select(order => new Queue<OutboxEvent>(order)).ToList();
            _ordersLeft = orders.Count;
            foreach (var order in orders) SendNext(order);
        }

        private void SendNext(Queue<OutboxEvent> order)
        {
            var next = order.Dequeue();
            producer.Send(next.Type, ToMessage(next), failure =>
            {
                if (failure is null)
                {
                    counts.Published(next.Type);
                    lock (_acknowledged) _acknowledged.Add(next.Seq);
                }

                if (failure is null && order.Count > 0)
                    SendNext(order);
                else if (Interlocked.Decrement(ref _ordersLeft) == 0)
                    _answer.SetResult(_acknowledged);
            });
        }
    }

    private static Message<byte[], byte[]> ToMessage(OutboxEvent told)
    {
        var orderId = told.OrderId.ToString(CultureInfo.InvariantCulture);
        return new()
        {
            Key = Encoding.UTF8.GetBytes(orderId),
            Value = Encoding.UTF8.GetBytes(told.Payload),
            Headers = CloudEventHeaders.Of(told.Id, told.Type, orderId, told.OccurredAt),
            Timestamp = new Timestamp(told.OccurredAt),
        };
    }
}
