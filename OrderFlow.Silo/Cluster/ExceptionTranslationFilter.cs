namespace OrderFlow.Silo.Cluster;

/// <summary>Translates a driver's exceptions into ones that callers in other processes can deserialize.</summary>
internal interface IExceptionTranslator
{
    /// <summary>Returns the exception that callers of the grain get; null where another system threw it.</summary>
    Exception? Translate(Exception error, GrainId grainId);
}

/// <summary>Translates the exceptions of grain calls, by the translator of the system that threw them.</summary>
internal sealed class ExceptionTranslationFilter(IEnumerable<IExceptionTranslator> translators) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception error) when (Translate(error, context.TargetId) is { } translated)
        {
            throw translated;
        }
    }

    private Exception? Translate(Exception error, GrainId grainId) =>
        translators.Select(translator => translator.Translate(error, grainId)).FirstOrDefault(translated => translated is not null);
}
