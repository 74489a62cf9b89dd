namespace OrderFlow.Api.Cluster;

/// <summary>Connects the Orleans client while HTTP is already served, and closes it after the last request was answered.</summary>
internal sealed class ClusterConnection(IClusterClient client) : BackgroundService
{
    private readonly IHostedService _client = (IHostedService)client;
    private volatile bool _wasOpened;

    /// <summary>True once a silo was reached. Before that the client does not know which grains there are, and none can be called.</summary>
    public bool HasConnected => _wasOpened;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _client.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _client.StartAsync(stoppingToken);
        _wasOpened = true;
    }
}
