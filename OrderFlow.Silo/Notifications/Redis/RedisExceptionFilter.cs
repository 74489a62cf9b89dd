namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Says in words that callers understand what the driver says in its own: its exceptions do not cross the wire.</summary>
internal sealed class RedisExceptionFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception error) when (RedisErrors.IsRedisError(error))
        {
            throw new UnavailableException($"Redis cannot answer: {error.Message}");
        }
    }
}
