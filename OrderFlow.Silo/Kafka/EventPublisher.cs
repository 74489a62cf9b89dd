using System.Globalization;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Kafka;

/// <inheritdoc cref="IEventPublisher"/>
internal sealed class EventPublisher(KafkaProducer producer, EventCounts counts) : IEventPublisher
{
    /// <summary>How long a batch is waited for: longer than Kafka's producer tries a message, for an order's events go one after the other.</summary>
    private static readonly TimeSpan AnswerWithin = 4 * KafkaProducer.Patience;

    public Task<IReadOnlyList<long>> Publish(IReadOnlyList<OutboxEvent> events)
    {
        var run = new Run(producer, counts, events);
        run.Start();
        return run.Answer(AnswerWithin);
    }

    /// <summary>The events of one call. Orders go side by side, each order's events one after the other.</summary>
    private sealed class Run(KafkaProducer producer, EventCounts counts, IReadOnlyList<OutboxEvent> events)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<long> _acknowledged = new(events.Count);
        private int _ordersLeft;
        private volatile bool _isOver;

        /// <summary>What was acknowledged by then; nothing more is sent for this call.</summary>
        public async Task<IReadOnlyList<long>> Answer(TimeSpan within)
        {
            await _done.Task.WaitAsync(within).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _isOver = true;
            lock (_acknowledged) return [.. _acknowledged];
        }

        public void Start()
        {
            var orders = events.GroupBy(told => told.OrderId).Select(order => new Queue<OutboxEvent>(order)).ToList();
            _ordersLeft = orders.Count;
            foreach (var order in orders) SendNext(order);
        }

        private void SendNext(Queue<OutboxEvent> order)
        {
            var next = order.Dequeue();
            var began = EventTraces.Begin(next);
            producer.Send(next.Type, ToMessage(next), failure =>
            {
                if (failure is null)
                {
                    counts.Published(next.Type);
                    lock (_acknowledged) _acknowledged.Add(next.Seq);
                }

                if (failure is null && order.Count > 0 && !_isOver)
                    SendNext(order);
                else if (Interlocked.Decrement(ref _ordersLeft) == 0)
                    _done.TrySetResult();
                EventTraces.Sent(next, began, failure);   // last: what is known of Kafka must not hang on what listens to spans
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
            Headers = CloudEventHeaders.Of(told.Id, told.Type, orderId, told.OccurredAt, told.Trace),
            Timestamp = new Timestamp(told.OccurredAt),
        };
    }
}
