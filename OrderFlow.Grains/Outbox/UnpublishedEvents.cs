namespace OrderFlow.Outbox;

/// <summary>
/// The events of an outbox partition that were read and are not acknowledged: which may be sent, and when. An order's next event is not sent before the one
/// ahead of it is acknowledged; one that fails or waits holds back its own order alone. Knows no database, no Kafka and no clock.
/// </summary>
internal sealed class UnpublishedEvents
{
    /// <summary>The most rows that are held, 110 bytes each. Beyond, the partition is read no further until some are acknowledged.</summary>
    public const int MaxRows = 200_000;

    /// <summary>The most events on their way to destinations that answer.</summary>
    public const int MaxInFlight = 500;

    /// <summary>The most events that are held as a whole; of others only the number of their row.</summary>
    public const int MaxLoaded = 2 * MaxInFlight;

    /// <summary>How long an answer is waited for: longer than Kafka's producer tries, which answers unless it is gone.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<long, HeldOrder> _orders = [];
    private readonly Dictionary<int, Destination> _destinations = [];
    private readonly PriorityQueue<long, TimeSpan> _backingOff = new();
    private readonly Dictionary<long, (long OrderId, TimeSpan At)> _inFlight = [];   // by row
    private readonly Dictionary<long, long> _loading = [];                          // orders by row
    private readonly Queue<long> _loaded = new();
    private int _loadedEvents;

    /// <summary>Rows that are held.</summary>
    public int Rows { get; private set; }

    public bool IsFull => Rows >= MaxRows;

    /// <summary>Orders whose next event Kafka refuses for what it is.</summary>
    public int Refused { get; private set; }

    /// <summary>Rows that this version does not know.</summary>
    public int Unknown { get; private set; }

    /// <summary>Takes an event in; false where it is held already.</summary>
    /// <param name="told">The event.</param>
    /// <param name="destination">Null where this version does not know it: then it is left alone, and holds back its order.</param>
    /// <param name="now">The time.</param>
    public bool Add(OutboxEvent told, int? destination, TimeSpan now)
    {
        var isNew = !_orders.TryGetValue(told.OrderId, out var order);
        if (order is not null && told.Seq <= order.LastSeq) return false;

        Rows++;
        if (destination is null) Unknown++;
        if (isNew) _orders[told.OrderId] = order = new();
        var isWorthLoading = destination is { } to && order!.Failures == 0 && _loadedEvents < MaxLoaded && !DestinationOf(to).IsSlow(now);
        order!.Add(new(told.Seq, destination, isWorthLoading ? told : null));
        if (isWorthLoading) _loadedEvents++;
        if (isNew) Prepare(told.OrderId, order, now);
        return true;
    }

    /// <summary>The rows that may be sent and have to be read again first. The same ones until they are loaded.</summary>
    public IReadOnlyCollection<long> ToLoad(TimeSpan now)
    {
        Admit(now);
        return _loading.Keys;
    }

    /// <summary>What was read again of <see cref="ToLoad"/>; a row that is not among it is gone.</summary>
    /// <param name="asked">The rows.</param>
    /// <param name="found">Their events.</param>
    /// <param name="destinationOf">Where an event goes, which may have changed since it was added: Kafka's partitions may not have been known then.</param>
    /// <param name="now">The time.</param>
    /// <returns>Those that are gone.</returns>
    public IReadOnlyList<long> Load(IReadOnlyCollection<long> asked, IReadOnlyList<OutboxEvent> found, Func<OutboxEvent, int?> destinationOf, TimeSpan now)
    {
        var bySeq = found.ToDictionary(told => told.Seq);
        var gone = new List<long>();
        foreach (var seq in asked.ToList())
        {
            if (!_loading.Remove(seq, out var orderId)) continue;

            var order = _orders[orderId];
            var isFound = bySeq.TryGetValue(seq, out var told);
            if (isFound && order.Head.Destination is { } before && destinationOf(told!) is { } actual && actual != before)
            {
                DestinationOf(before).Withdraw();
                order.Head = order.Head with { Destination = actual };
                DestinationOf(actual).Ready.Enqueue(orderId);   // read once more when its turn comes: what waits is not held as a whole
            }
            else if (isFound && order.Head.Destination is not null)
            {
                order.Head = order.Head with { Event = told };
                _loadedEvents++;
                _loaded.Enqueue(orderId);
            }
            else if (isFound)
            {
                _backingOff.Enqueue(orderId, now + RelayBackoff.UnknownDelay);
            }
            else
            {
                gone.Add(seq);
                if (order.Head.Destination is { } to) DestinationOf(to).Withdraw();
                Advance(orderId, order, now);
            }
        }

        return gone;
    }

    /// <summary>The events that may be sent now; they are on their way from here on.</summary>
    public IReadOnlyList<OutboxEvent> TakeReady(TimeSpan now)
    {
        Admit(now);
        var taken = new List<OutboxEvent>(_loaded.Count);
        while (_loaded.TryDequeue(out var orderId))
        {
            var order = _orders[orderId];
            taken.Add(order.Head.Event!);
            order.Head = order.Head with { Event = null };   // read again where it fails
            _loadedEvents--;
            _inFlight[order.Head.Seq] = (orderId, now);
        }

        return taken;
    }

    /// <summary>What came of an event that was sent. True where it is acknowledged, and its row may go.</summary>
    /// <param name="seq">Its row.</param>
    /// <param name="failure">Null where it was acknowledged.</param>
    /// <param name="now">The time.</param>
    /// <param name="chance">From 0 to 1, for the order's backoff.</param>
    public bool Answer(long seq, PublishFailure? failure, TimeSpan now, double chance)
    {
        if (!_inFlight.Remove(seq, out var sent)) return false;   // it was given up; where it was sent again the first answer counts, for either tells of the same event

        var order = _orders[sent.OrderId];
        var destination = DestinationOf(order.Head.Destination!.Value);
        if (failure is null)
        {
            destination.Acknowledge(now);
            Advance(sent.OrderId, order, now);
            return true;
        }

        destination.Fail(now, failure.IsOfEvent);
        if (order.IsRefused != failure.IsOfEvent) Refused += failure.IsOfEvent ? 1 : -1;
        order.IsRefused = failure.IsOfEvent;
        order.Failures++;
        _loadedEvents -= order.Unload();
        _backingOff.Enqueue(sent.OrderId, now + RelayBackoff.Delay(order.Failures, failure.IsOfEvent, chance));
        return false;
    }

    /// <summary>How often in a row the order's next event has failed.</summary>
    public int FailuresOf(long orderId) => _orders.TryGetValue(orderId, out var order) ? order.Failures : 0;

    /// <summary>Events whose answer is overdue.</summary>
    public IReadOnlyList<long> Overdue(TimeSpan now) => [.. _inFlight.Where(sent => now - sent.Value.At > AnswerTimeout).Select(sent => sent.Key)];

    /// <summary>Events that are on their way, or about to be, to destinations that answer.</summary>
    public int Busy(TimeSpan now)
    {
        var busy = 0;
        foreach (var destination in _destinations.Values)
        {
            if (!destination.IsSlow(now)) busy += destination.InFlight;
        }

        return busy;
    }

    /// <summary>Moves on what may be sent: as much as is answered soon, and a few probes where nothing is.</summary>
    private void Admit(TimeSpan now)
    {
        while (_backingOff.TryPeek(out var orderId, out var due) && due <= now && _loading.Count < MaxInFlight)
        {
            _backingOff.Dequeue();
            var order = _orders[orderId];
            if (order.Head.Destination is { } to) DestinationOf(to).Ready.Enqueue(orderId);
            else _loading[order.Head.Seq] = orderId;   // only to see whether it is still there
        }

        var room = MaxInFlight - Busy(now);
        foreach (var destination in _destinations.Values)
        {
            var isSlow = destination.IsSlow(now);
            while (destination.Ready.Count > 0 && _loading.Count < MaxInFlight && (isSlow ? destination.InFlight < Destination.MaxProbes : room > 0))
            {
                var orderId = destination.Ready.Dequeue();
                var head = _orders[orderId].Head;
                destination.Send(now);
                if (!isSlow) room--;
                if (head.Event is null) _loading[head.Seq] = orderId;
                else _loaded.Enqueue(orderId);
            }
        }
    }

    /// <summary>The order's first event is done with: its next one may follow.</summary>
    private void Advance(long orderId, HeldOrder order, TimeSpan now)
    {
        Rows--;
        if (order.Head.Destination is null) Unknown--;
        if (order.IsRefused) Refused--;
        if (order.Next()) Prepare(orderId, order, now);
        else _orders.Remove(orderId);
    }

    private void Prepare(long orderId, HeldOrder order, TimeSpan now)
    {
        if (order.Head.Destination is { } to) DestinationOf(to).Ready.Enqueue(orderId);
        else _backingOff.Enqueue(orderId, now + RelayBackoff.UnknownDelay);
    }

    private Destination DestinationOf(int number) =>
        _destinations.TryGetValue(number, out var destination) ? destination : _destinations[number] = new();
}
