using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrderFlow.Orders;

/// <summary>Identifies a command, so that two can be compared without storing them.</summary>
internal static class CommandFingerprint
{
    /// <summary>SHA-256, in hexadecimal, of all that a command to place an order says. Equal amounts are the same, however they are written.</summary>
    public static string Of(PlaceOrder command)
    {
        var text = new StringBuilder();
        Add(text, command.UserId);
        Add(text, command.AgreedTotal?.ToString("0.############################", CultureInfo.InvariantCulture) ?? "");
        foreach (var line in command.Items)
        {
            Add(text, line.ProductId);
            Add(text, line.Quantity.ToString(CultureInfo.InvariantCulture));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Adds a part with its length, so that different parts never make the same text.</summary>
    private static void Add(StringBuilder text, string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}");
}
