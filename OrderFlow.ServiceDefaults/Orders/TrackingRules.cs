using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.ServiceDefaults.Orders;

/// <summary>Validates a <see cref="Tracking"/>, which customers read in mails: both where the API takes it and where it is read back from Kafka.</summary>
internal static class TrackingRules
{
    /// <summary>The error of a carrier or a number; null if it is valid.</summary>
    public static string? ValidateText(string? text) => TextId.Validate(text, Limits.TrackingLength) ?? TextId.ValidateVisible(text!);

    /// <summary>The error of a parcel's address; null if it is valid or there is none.</summary>
    public static string? ValidateUrl(string? url) => url is null || IsWebAddress(url) ? null
        : $"must be an address that begins with https:// or http://, of at most {Limits.TrackingUrlLength} visible ASCII characters, without a user name";

    private static bool IsWebAddress(string url) =>
        url.Length <= Limits.TrackingUrlLength && url.All(character => character is >= '!' and <= '~')
        && (url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("http://", StringComparison.Ordinal))
        && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length == 0;   // which looks like the host, and is not
}
