namespace OrderFlow;

/// <summary>The bounds of requests. The API enforces them; the grains rely on them for totals that fit.</summary>
public static class Limits
{
    /// <summary>The most lines in an order.</summary>
    public const int OrderLines = 100;

    /// <summary>The most units in an order line or a restock.</summary>
    public const int Quantity = 1_000_000;

    /// <summary>The most units of a product that can be set or restocked to; releases may exceed it.</summary>
    public const long AvailableQuantity = 1_000_000_000;

    /// <summary>The highest unit price.</summary>
    public const decimal UnitPrice = 1_000_000.00m;

    /// <summary>The highest total a client may agree to: every line at the highest quantity and price.</summary>
    public const decimal TotalAmount = OrderLines * Quantity * UnitPrice;

    /// <summary>The most characters in a product id.</summary>
    public const int ProductIdLength = 64;

    /// <summary>The most characters in a user id.</summary>
    public const int UserIdLength = 128;

    /// <summary>The shortest time that stock can be reserved for.</summary>
    public const string MinReserveFor = "00:01:00";

    /// <summary>The longest time that stock can be reserved for.</summary>
    public const string MaxReserveFor = "30.00:00:00";

    /// <summary>The most characters in an admin's reason for a cancellation.</summary>
    public const int CancelReasonLength = 200;

    /// <summary>The most characters in the carrier and in the number of a parcel.</summary>
    public const int TrackingLength = 50;

    /// <summary>The most characters in the address of a parcel's page.</summary>
    public const int TrackingUrlLength = 256;

    /// <summary>The most octets of a mail address, RFC 5321 §4.5.3.1.3 without the angle brackets.</summary>
    public const int EmailLength = 254;

    /// <summary>The most characters of a language tag: RFC 5646 §4.4.1 asks for 35.</summary>
    public const int LocaleLength = 35;

    /// <summary>The most characters in an admin's reason for a correction of stock.</summary>
    public const int StockReasonLength = 200;

    /// <summary>The most products of an import.</summary>
    public const int ImportedProducts = 1_000;

    /// <summary>The most changes of status that an order keeps.</summary>
    public const int Transitions = 20;

    /// <summary>The most items on a page.</summary>
    public const int PageSize = 100;
}
