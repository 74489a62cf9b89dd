namespace OrderFlow.Outbox;

/// <summary>
/// The unacknowledged events of an outbox partition: which may be sent, and when. An order's next event waits for the acknowledgement of the one before it;
/// an event that fails or waits delays its own order only. Knows no database, no Kafka and no clock.
/// </summary>
internal sealed class UnpublishedEvents
{
    /// <summary>The maximum number of rows in memory, 110 bytes each. Beyond, the partition is read no further until some are acknowledged.</summary>
    public const int MaxRows = 200_000;

    /// <summary>The maximum number of events in flight to Kafka partitions that respond.</summary>
    public const int MaxInFlight = 500;

    /// <summary>The maximum number of events that are in memory with their payload; of others only the row's number is.</summary>
    public const int MaxLoaded = 2 * MaxInFlight;

    /// <summary>Longer than the <c>message.timeout.ms</c> of Kafka's producer, which reports by then unless it is gone.</summary>
    public static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<long, UnacknowledgedOrder> _orders = [];
    private readonly KafkaPartitionStates _partitions = new();
    private readonly PriorityQueue<long, TimeSpan> _backingOff = new();
    private readonly Dictionary<long, (long OrderId, TimeSpan SentAt)> _inFlight = [];   // by row
    private readonly Dictionary<long, long> _reloading = [];                            // orders by row
    private readonly Queue<long> _sendable = new();
    private int _loadedEvents;

    public int Rows { get; private set; }

    public bool IsFull => Rows >= MaxRows;

    /// <summary>Orders whose next event Kafka rejects.</summary>
    public int Rejected { get; private set; }

    /// <summary>Rows that this version does not know.</summary>
    public int Unknown { get; private set; }

    /// <summary>Adds an event; false where it was added before.</summary>
    /// <param name="outboxEvent">The event.</param>
    /// <param name="kafkaPartition">Null where this version does not know the event: it is not sent, and holds back its order.</param>
    /// <param name="now">The time.</param>
    public bool Add(OutboxEvent outboxEvent, int? kafkaPartition, TimeSpan now)
    {
        var isNew = !_orders.TryGetValue(outboxEvent.OrderId, out var order);
        if (order is not null && outboxEvent.Seq <= order.LastSeq) return false;

        Rows++;
        if (kafkaPartition is null) Unknown++;
        if (isNew) _orders[outboxEvent.OrderId] = order = new();
        var isLoaded = kafkaPartition is { } partition && order!.Failures == 0 && _loadedEvents < MaxLoaded && !_partitions[partition].IsUnresponsive(now);
        order!.Add(new(outboxEvent.Seq, kafkaPartition, isLoaded ? outboxEvent : null));
        if (isLoaded) _loadedEvents++;
        if (isNew) Prepare(outboxEvent.OrderId, order, now);
        return true;
    }

    /// <summary>The rows to reload before they can be sent. The same ones until they are reloaded.</summary>
    public IReadOnlyCollection<long> ToReload(TimeSpan now)
    {
        Admit(now);
        return _reloading.Keys;
    }

    /// <summary>Takes reloaded rows.</summary>
    /// <param name="requested">The rows that were reloaded.</param>
    /// <param name="found">Their events; a row without one was removed.</param>
    /// <param name="kafkaPartitionOf">Where an event goes; not always where it did when it was added, before its topic's partitions were known.</param>
    /// <param name="now">The time.</param>
    /// <returns>The rows that were removed.</returns>
    public IReadOnlyList<long> Reload(IReadOnlyCollection<long> requested, IReadOnlyList<OutboxEvent> found, Func<OutboxEvent, int?> kafkaPartitionOf, TimeSpan now)
    {
        var bySeq = found.ToDictionary(outboxEvent => outboxEvent.Seq);
        var removed = new List<long>();
        foreach (var seq in requested.ToList())
        {
            if (!_reloading.Remove(seq, out var orderId)) continue;

            if (bySeq.TryGetValue(seq, out var outboxEvent))
            {
                Reload(orderId, _orders[orderId], outboxEvent, kafkaPartitionOf, now);
            }
            else
            {
                removed.Add(seq);
                if (_orders[orderId].Head.KafkaPartition is { } partition) _partitions[partition].Cancel();
                Advance(orderId, _orders[orderId], now);
            }
        }

        return removed;
    }

    /// <summary>Takes the events that may be sent now; they count as in flight.</summary>
    public IReadOnlyList<OutboxEvent> TakeReady(TimeSpan now)
    {
        Admit(now);
        var taken = new List<OutboxEvent>(_sendable.Count);
        while (_sendable.TryDequeue(out var orderId))
        {
            var order = _orders[orderId];
            taken.Add(order.Head.Event!);
            order.Head = order.Head with { Event = null };   // reloaded where it fails
            _loadedEvents--;
            _inFlight[order.Head.Seq] = (orderId, now);
        }

        return taken;
    }

    /// <summary>Takes the outcome of sending an event. True where it was acknowledged, and its row may be deleted.</summary>
    /// <param name="seq">The event's row.</param>
    /// <param name="failure">Null where it was acknowledged.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">From 0 to 1, for the backoff.</param>
    public bool CompleteSend(long seq, PublishFailure? failure, TimeSpan now, double random)
    {
        if (!_inFlight.Remove(seq, out var sent)) return false;   // it timed out; where it was sent again, the first report of either counts

        var order = _orders[sent.OrderId];
        var partition = _partitions[order.Head.KafkaPartition!.Value];
        if (failure is null)
        {
            partition.Acknowledge(now);
            Advance(sent.OrderId, order, now);
            return true;
        }

        partition.Fail(now, failure.IsRejection);
        if (order.IsRejected != failure.IsRejection) Rejected += failure.IsRejection ? 1 : -1;
        order.IsRejected = failure.IsRejection;
        order.Failures++;
        _loadedEvents -= order.Unload();
        _backingOff.Enqueue(sent.OrderId, now + RelayBackoff.Delay(order.Failures, failure.IsRejection, random));
        return false;
    }

    /// <summary>Consecutive failures to publish the order's next event.</summary>
    public int FailuresOf(long orderId) => _orders.TryGetValue(orderId, out var order) ? order.Failures : 0;

    /// <summary>Rows in flight for longer than <see cref="DeliveryTimeout"/>.</summary>
    public IReadOnlyList<long> Overdue(TimeSpan now) => [.. _inFlight.Where(sent => now - sent.Value.SentAt > DeliveryTimeout).Select(sent => sent.Key)];

    /// <summary>Events that are in flight, or about to be, to Kafka partitions that respond.</summary>
    public int InFlight(TimeSpan now) => _partitions.InFlight(now);

    private void Reload(long orderId, UnacknowledgedOrder order, OutboxEvent outboxEvent, Func<OutboxEvent, int?> kafkaPartitionOf, TimeSpan now)
    {
        if (order.Head.KafkaPartition is not { } expected)
        {
            _backingOff.Enqueue(orderId, now + RelayBackoff.UnknownDelay);
        }
        else if (kafkaPartitionOf(outboxEvent) is { } actual && actual != expected)
        {
            _partitions[expected].Cancel();
            order.Head = order.Head with { KafkaPartition = actual };
            _partitions[actual].Ready.Enqueue(orderId);   // reloaded once more when it may be sent: waiting events are not kept in memory
        }
        else
        {
            order.Head = order.Head with { Event = outboxEvent };
            _loadedEvents++;
            _sendable.Enqueue(orderId);
        }
    }

    /// <summary>Moves the orders whose next event may be sent now to those to be sent, or to be reloaded first.</summary>
    private void Admit(TimeSpan now)
    {
        while (_backingOff.TryPeek(out var orderId, out var due) && due <= now && _reloading.Count < MaxInFlight)
        {
            _backingOff.Dequeue();
            var order = _orders[orderId];
            if (order.Head.KafkaPartition is { } partition) _partitions[partition].Ready.Enqueue(orderId);
            else _reloading[order.Head.Seq] = orderId;   // to see whether it was removed
        }

        foreach (var orderId in _partitions.TakeReady(now, MaxInFlight, () => _reloading.Count < MaxInFlight))
        {
            var head = _orders[orderId].Head;
            if (head.Event is null) _reloading[head.Seq] = orderId;
            else _sendable.Enqueue(orderId);
        }
    }

    /// <summary>Removes the order's first row: its next one may follow.</summary>
    private void Advance(long orderId, UnacknowledgedOrder order, TimeSpan now)
    {
        Rows--;
        if (order.Head.KafkaPartition is null) Unknown--;
        if (order.IsRejected) Rejected--;
        if (order.TryAdvance()) Prepare(orderId, order, now);
        else _orders.Remove(orderId);
    }

    private void Prepare(long orderId, UnacknowledgedOrder order, TimeSpan now)
    {
        if (order.Head.KafkaPartition is { } partition) _partitions[partition].Ready.Enqueue(orderId);
        else _backingOff.Enqueue(orderId, now + RelayBackoff.UnknownDelay);
    }
}
