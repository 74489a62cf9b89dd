namespace OrderFlow.Api.Cluster;

/// <summary>Connects the Orleans client while HTTP is already served, and closes it after the last request was answered.</summary>
internal sealed class ClusterConnection(IClusterClient client) : BackgroundService
{
    private readonly IHostedService _client = (IHostedService)client;
    private volatile bool _hasConnected;

    /// <summary>True once a silo was reached. Before that the client does not know the cluster's grain types and cannot call any.</summary>
    public bool HasConnected => _hasConnected;

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
        _hasConnected = true;
    }
}
