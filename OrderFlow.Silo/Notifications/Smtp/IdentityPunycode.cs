using MimeKit.Encodings;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>
/// Leaves domains as they are. MimeKit would turn A-labels back into other scripts and then ask for SMTPUTF8, which servers further on need not have.
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
