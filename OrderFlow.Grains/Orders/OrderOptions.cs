using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Orders;

/// <summary>How long orders hold stock. Settings <c>Orders__*</c>.</summary>
internal sealed class OrderOptions
{
    public const string Section = "Orders";

    /// <summary>How long an order's stock stays reserved unless it is confirmed, where the client does not say; unset: it does not expire.</summary>
    [Range(typeof(TimeSpan), Limits.MinReserveFor, Limits.MaxReserveFor)]
    public TimeSpan? ReservationLifetime { get; set; }

    /// <summary>The time between two searches for expired orders.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ExpiryInterval { get; set; } = TimeSpan.FromSeconds(1);
}
