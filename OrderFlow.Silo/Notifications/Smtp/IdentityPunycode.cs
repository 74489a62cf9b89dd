using MimeKit.Encodings;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>
/// Leaves domains unchanged. MimeKit's own would decode A-labels and then require SMTPUTF8, which the next servers may not support.
/// </summary>
internal sealed class IdentityPunycode : IPunycode
{
    public string Encode(string unicode) => unicode;

    public string Encode(string unicode, int index) => unicode[index..];

    public string Encode(string unicode, int index, int count) => unicode.Substring(index, count);

    public string Decode(string ascii) => ascii;

    public string Decode(string ascii, int index) => ascii[index..];

    public string Decode(string ascii, int index, int count) => ascii.Substring(index, count);
}
