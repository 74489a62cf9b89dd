using OrderFlow.Silo.Cluster;

namespace OrderFlow.Silo.Notifications.Redis;

/// <inheritdoc/>
internal sealed class RedisExceptionTranslator : IExceptionTranslator
{
    public Exception? Translate(Exception error, GrainId grainId) =>
        RedisErrors.IsRedisError(error) ? new UnavailableException($"Redis cannot answer: {error.Message}") : null;
}
