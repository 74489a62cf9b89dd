using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrderFlow.Orders;

/// <summary>Tells whether two commands mean the same, without keeping them.</summary>
internal static class CommandFingerprint
{
    /// <summary>SHA-256 in hexadecimal of everything a command to place an order says. Of amounts the value counts, not how it was written.</summary>
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

    /// <summary>With the length before it, no part can run into the next.</summary>
    private static void Add(StringBuilder text, string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}");
}
