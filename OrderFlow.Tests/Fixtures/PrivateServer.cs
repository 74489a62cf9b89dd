using System.Diagnostics;
using System.Globalization;

namespace OrderFlow.Tests.Fixtures;

/// <summary>
/// A server of this test run that a script of infra/lib starts and stops, on a free port and in a directory of its own.
/// It is removed when the test process ends, however that ends.
/// </summary>
/// <param name="script">The name of the script, which supports <c>start DIR PORT [setting=value ...]</c>, <c>kill DIR</c> and <c>remove DIR</c>.</param>
/// <param name="settings">Settings in addition to those of infra/.</param>
internal sealed class PrivateServer(string script, params string[] settings) : IAsyncDisposable
{
    private const int PortAttempts = 5;

    /// <summary>Ports are below the kernel's ephemeral range, so that no outgoing connection takes ours during a restart.</summary>
    private const int FirstPort = 20_000;

    private const int FirstEphemeralPort = 32_768;

    private const string MemoryDisk = "/dev/shm";
    private const long MemoryDiskBytes = 4L << 30;

    private readonly string _script = Path.Combine(Repository.Root, "infra", "lib", script);
    private readonly string _directory = Path.Combine(DataRoot(), $"orderflow-tests-{Guid.NewGuid():N}"[..24]);
    private Process? _lifeline;

    /// <summary>Set by <see cref="FirstStart"/>.</summary>
    public int Port { get; private set; }

    /// <summary>Set by <see cref="FirstStart"/>.</summary>
    public string Password { get; private set; } = "";

    /// <summary>The port as an argument of the scripts.</summary>
    public string PortText => Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Creates and starts the server; must be called once.</summary>
    public async Task FirstStart()
    {
        _lifeline = HoldLifeline();
        for (var attempt = 1; ; attempt++)
        {
            Port = Random.Shared.Next(FirstPort, FirstEphemeralPort);
            try
            {
                await Start();
                Password = await File.ReadAllTextAsync(Path.Combine(_directory, "password"));
                return;
            }
            catch (InvalidOperationException) when (attempt < PortAttempts)
            {
                // The port is probably in use: try another.
            }
        }
    }

    /// <summary>Starts the server after it was stopped or killed, on the same port with its data.</summary>
    public Task Start() => Run("start", [PortText, .. settings]);

    /// <summary>Runs a command of the script on this server.</summary>
    public async Task Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [_script, command, _directory, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"infra/lib/{script} {command} ended with {process.ExitCode}: {await errors}{await output}" +
                "(if its programs are missing: bash infra/test.sh installs them)");
        }
    }

    /// <summary>Stops the server and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lifeline is not { } lifeline)
            return;
        _lifeline = null;
        await Run("remove");
        lifeline.Dispose();
    }

    /// <summary>A memory disk creates a database ten times as fast; it must be large, because the data takes the tests' memory.</summary>
    private static string DataRoot() =>
        Directory.Exists(MemoryDisk) && new DriveInfo(MemoryDisk).AvailableFreeSpace >= MemoryDiskBytes ? MemoryDisk : Path.GetTempPath();

    /// <summary>
    /// Starts a separate process that waits for the end of its input, which comes when this process ends in any way,
    /// and then stops the server and removes its directory.
    /// </summary>
    private Process HoldLifeline() => Process.Start(new ProcessStartInfo(
        "setsid",
        ["--fork", "bash", "-c", "exec >/dev/null 2>&1; cat; bash \"$1\" remove \"$2\"", "lifeline", _script, _directory])
    {
        RedirectStandardInput = true,
    })!;
}
