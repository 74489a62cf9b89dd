using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Notifications;
using OrderFlow.Api.Orders;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Notifications;

namespace OrderFlow.Api.OpenApi;

/// <summary>
/// The bounds of values as JSON Schema, from the constants that the validation uses: <see cref="Limits"/>, <see cref="TextId"/>,
/// <see cref="ProductIds"/>, <see cref="Inventory.Money"/>.
/// </summary>
internal static class Bounds
{
    private const string Control = @"\u0000-\u001f\u007f-\u009f";

    /// <summary>A sentence, because invisible characters are too many for a pattern.</summary>
    private const string OnlyVisible = "No invisible, bidirectional or unassigned characters.";

    private const string VisibleSentence = "No invisible, bidirectional or unassigned characters, except joiners and variation selectors.";

    private static readonly string[] Statuses = [.. OrderStatusNames.Known.Select(OrderStatusNames.ToWireName)];

    /// <summary>A user's id.</summary>
    public static void UserId(OpenApiSchema schema) => Text(schema, Limits.UserIdLength, forbidden: Control);

    /// <summary>A user's id in a request.</summary>
    public static void RequestUserId(OpenApiSchema schema)
    {
        UserId(schema);
        AddToDescription(schema, $"{OnlyVisible} Not {OrderTransition.SystemActor}.");
    }

    /// <summary>A product's id.</summary>
    public static void ProductId(OpenApiSchema schema) => Text(schema, Limits.ProductIdLength, forbidden: Control + "/");

    /// <summary>A notification's id.</summary>
    public static void JobId(OpenApiSchema schema) => schema.Pattern = "^[0-9]+-[0-9]+$";

    /// <summary>A position in a list, in base64url.</summary>
    public static Action<OpenApiSchema> Cursor(int maxLength) => schema => (schema.MaxLength, schema.Pattern) = (maxLength, "^[A-Za-z0-9_-]+$");

    /// <summary>A text of visible ASCII characters.</summary>
    public static Action<OpenApiSchema> Visible(int maxLength) => schema => (schema.MinLength, schema.MaxLength, schema.Pattern) = (1, maxLength, "^[!-~]+$");

    /// <summary>A status that a request can name.</summary>
    public static void Status(OpenApiSchema schema) => OneOf(schema, Statuses);

    /// <summary>Statuses that a request can name.</summary>
    public static void StatusList(OpenApiSchema schema) => ListOf(schema, Statuses);

    /// <summary>Kinds of movements that a request can name.</summary>
    public static void MovementKindList(OpenApiSchema schema) => ListOf(schema, StockMovementKinds.Names);

    /// <summary>A kind of movement in a response: one that is listed in the description, or of a newer version.</summary>
    public static void MovementKind(OpenApiSchema schema) => AddToDescription(schema, "Expect others.");

    /// <summary>What became of a row of an import.</summary>
    public static void ImportStatus(OpenApiSchema schema) =>
        OneOf(schema, [ImportedStockRow.IsImported, ImportedStockRow.IsNotImported, ImportedStockRow.IsUnknown]);

    /// <summary>A number that may be negative.</summary>
    public static void Signed(OpenApiSchema schema) => schema.Minimum = null;

    /// <summary>Units to add or remove.</summary>
    public static void Delta(OpenApiSchema schema)
    {
        Range(-Limits.AvailableQuantity, Limits.AvailableQuantity)(schema);
        AddToDescription(schema, "Not 0.");
    }

    /// <summary>An admin's reason for a correction.</summary>
    public static void StockReason(OpenApiSchema schema) => Text(schema, Limits.StockReasonLength, forbidden: Control);

    /// <summary>An admin's reason for a correction in a request.</summary>
    public static void RequestStockReason(OpenApiSchema schema)
    {
        StockReason(schema);
        AddToDescription(schema, VisibleSentence);
    }

    /// <summary>A status in a response: while the cluster is updated it may be one that this document does not list.</summary>
    public static void ResponseStatus(OpenApiSchema schema) => schema.Description =
        $"One of {string.Join(", ", Statuses)}. While the service is updated also one that the newer version brings: expect others.";

    /// <summary>A state of notifications.</summary>
    public static void State(OpenApiSchema schema) => OneOf(schema, Enum.GetValues<NotificationState>().Select(NotificationResponse.NameOf));

    /// <summary>The type of an event that customers can be notified of.</summary>
    public static void NotifiableEvent(OpenApiSchema schema) => OneOf(schema, DeadLetterFilterRequest.EventTypes);

    /// <summary>This text only.</summary>
    public static Action<OpenApiSchema> Only(string text) => schema => OneOf(schema, [text]);

    /// <summary>A number of at least this.</summary>
    public static Action<OpenApiSchema> Min(long min) => schema => schema.Minimum = Number(min);

    /// <summary>A number in a range.</summary>
    public static Action<OpenApiSchema> Range(long min, decimal max) => schema => (schema.Minimum, schema.Maximum) = (Number(min), Number(max));

    /// <summary>An amount of money. Its 2 decimals are stated in words: few validators can tell reliably that 19.99 is a multiple of 0.01.</summary>
    public static Action<OpenApiSchema> Money(decimal max) => schema =>
    {
        Range(0, max)(schema);
        schema.Format = "decimal";
        AddToDescription(schema, "At most 2 decimals.");
    };

    /// <summary>How long stock stays reserved.</summary>
    public static void ReserveFor(OpenApiSchema schema)
    {
        (schema.MaxLength, schema.Pattern) = (ReservationTime.MaxLength, ReservationTime.Pattern);
        AddToDescription(schema, $"It is {ReservationTime.Rule}.");
    }

    /// <summary>An admin's reason for a cancellation.</summary>
    public static void CancelReason(OpenApiSchema schema)
    {
        Text(schema, Limits.CancelReasonLength, forbidden: Control);
        AddToDescription(schema, $"Not one of {string.Join(", ", CancelReasons.All)}. {VisibleSentence}");
    }

    /// <summary>A mail address. Its form is stated in words: no pattern knows which addresses servers accept.</summary>
    public static void Email(OpenApiSchema schema)
    {
        (schema.MinLength, schema.MaxLength) = (3, Limits.EmailLength);
        AddToDescription(schema, "One address (RFC 5321, RFC 6531), with a domain.");
    }

    /// <summary>A language.</summary>
    public static void Locale(OpenApiSchema schema) => (schema.MaxLength, schema.Pattern) = (Limits.LocaleLength, LanguageTag.Pattern);

    /// <summary>The carrier or the number of a parcel.</summary>
    public static void Tracking(OpenApiSchema schema) => Text(schema, Limits.TrackingLength, forbidden: Control);

    /// <summary>The carrier or the number of a parcel in a request.</summary>
    public static void RequestTracking(OpenApiSchema schema)
    {
        Tracking(schema);
        AddToDescription(schema, OnlyVisible);
    }

    /// <summary>The address of a parcel's page.</summary>
    public static void TrackingUrl(OpenApiSchema schema) => (schema.MaxLength, schema.Pattern) = (Limits.TrackingUrlLength, "^https?://[!-~]+$");

    private static void AddToDescription(OpenApiSchema schema, string sentence) => schema.Description = $"{schema.Description} {sentence}".TrimStart();

    private static void Text(OpenApiSchema schema, int maxLength, string forbidden) =>
        (schema.MinLength, schema.MaxLength, schema.Pattern) = (1, maxLength, $@"^[^\s{forbidden}]([^{forbidden}]*[^\s{forbidden}])?$");

    private static void ListOf(OpenApiSchema schema, IEnumerable<string> names)
    {
        var item = new OpenApiSchema { Type = JsonSchemaType.String };
        OneOf(item, names);
        (schema.MinItems, schema.Items) = (1, item);
    }

    private static void OneOf(OpenApiSchema schema, IEnumerable<string> names) => schema.Enum = [.. names.Select(name => (JsonNode)JsonValue.Create(name)!)];

    private static string Number(decimal number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
