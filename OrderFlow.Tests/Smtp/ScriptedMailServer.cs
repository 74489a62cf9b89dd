using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrderFlow.Tests.Smtp;

/// <summary>A mail server that accepts any address and keeps the raw commands, in UTF-8.</summary>
internal sealed class ScriptedMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _commands = [];
    private readonly string[] _extensions;
    private readonly Task _running;
    private int _accepted;

    /// <param name="extensions">The extensions it announces, such as <c>SMTPUTF8</c>.</param>
    public ScriptedMailServer(params string[] extensions)
    {
        _extensions = extensions;
        _listener.Start();
        _running = Run();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Such as <c>MAIL FROM:&lt;orders@shop.example&gt; SMTPUTF8</c>.</summary>
    public string[] Senders => [.. _commands.Where(command => command.StartsWith("MAIL", StringComparison.Ordinal))];

    /// <summary>Such as <c>RCPT TO:&lt;alice@users.example&gt;</c>.</summary>
    public string[] Recipients => [.. _commands.Where(command => command.StartsWith("RCPT", StringComparison.Ordinal))];

    /// <summary>What it says first.</summary>
    public string Greeting { get; set; } = "220 scripted";

    /// <summary>The reply to AUTH.</summary>
    public string AuthReply { get; set; } = "235 welcome";

    /// <summary>The reply to MAIL FROM.</summary>
    public string SenderReply { get; set; } = "250 ok";

    /// <summary>The reply to RCPT TO.</summary>
    public string RecipientReply { get; set; } = "250 ok";

    /// <summary>The reply to a complete mail.</summary>
    public string MailReply { get; set; } = "250 ok";

    /// <summary>How many mails it accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
    }

    private async Task Run()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        using var reader = new StreamReader(client.GetStream(), new UTF8Encoding(false));
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync(Greeting);
        while (await reader.ReadLineAsync() is { } command)
        {
            _commands.Enqueue(command);
            switch (command.Split(' ')[0])
            {
                case "EHLO":
                    foreach (var extension in _extensions) await writer.WriteLineAsync($"250-{extension}");
                    await writer.WriteLineAsync("250 HELP");
                    break;
                case "AUTH":
                    await writer.WriteLineAsync(AuthReply);
                    break;
                case "MAIL":
                    await writer.WriteLineAsync(SenderReply);
                    break;
                case "RCPT":
                    await writer.WriteLineAsync(RecipientReply);
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    while (await reader.ReadLineAsync() is not (null or "."))
                    {
                    }

                    if (MailReply.StartsWith('2')) Interlocked.Increment(ref _accepted);
                    await writer.WriteLineAsync(MailReply);
                    break;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }
}
