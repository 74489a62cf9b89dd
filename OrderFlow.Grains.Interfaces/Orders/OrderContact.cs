namespace OrderFlow.Orders;

/// <summary>Whom to notify of an order: personal data, which is never in events, logs or traces.</summary>
/// <param name="Email">The mail address; null for none.</param>
/// <param name="Locale">The preferred language, a BCP 47 tag; null for the default.</param>
[GenerateSerializer, Immutable, Alias("order-contact")]
public sealed record OrderContact([property: Id(0)] string? Email = null, [property: Id(1)] string? Locale = null)
{
    /// <summary>Shows no member: Orleans logs the arguments of calls that fail.</summary>
    public override string ToString() => nameof(OrderContact);
}
