namespace OrderFlow.Inventory;

/// <summary>A stock item cannot answer now; whether the command took effect is unknown, and asking again is safe.</summary>
[GenerateSerializer, Alias("stock-unavailable")]
internal sealed class StockUnavailableException : Exception
{
    public StockUnavailableException(string productId, Exception cause)
        : this(productId, cause.Message)
    {
    }

    public StockUnavailableException(string productId, string cause)
        : base($"stock of {productId} is unavailable: {cause}")
    {
    }
}
