using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrderFlow.Orders;

/// <summary>Hashes commands, so that two can be compared without storing them.</summary>
internal static class CommandFingerprint
{
    /// <summary>The SHA-256 hash, in hexadecimal, of the command's user, agreed total, lines and time of reservation. Equal amounts such as 1.5 and 1.50 hash alike.</summary>
    /// <remarks>Of a contact only that there is one: a hash of an address tells whose it is. The order compares it.</remarks>
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

        if (command.ReserveFor is { } reserveFor) Add(text, reserveFor.ToString("c", CultureInfo.InvariantCulture));   // commands without it hash as before
        if (command.Contact is not null) Add(text, "contact");

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Adds a part with its length, so that different commands never make the same text.</summary>
    private static void Add(StringBuilder text, string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}");
}
