using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>The shop, as customers read of it. Settings <c>Shop__*</c>.</summary>
internal sealed class ShopOptions
{
    public const string Section = "Shop";

    /// <summary>The currency of all prices, ISO 4217; empty to show amounts without one.</summary>
    [RegularExpression("[A-Z]{3}", ErrorMessage = "must be a code of ISO 4217, such as EUR")]
    public string Currency { get; set; } = "";
}
