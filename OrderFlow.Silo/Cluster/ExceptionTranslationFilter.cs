namespace OrderFlow.Silo.Cluster;

/// <summary>Replaces a driver's exception by one that callers in other processes can read: drivers' own types do not cross the wire.</summary>
internal interface IExceptionTranslator
{
    /// <summary>Returns the exception that callers of the grain get; null where the error is of another system.</summary>
    Exception? Translate(Exception error, GrainId grainId);
}

/// <summary>Translates what grain calls throw, by the translator of each outside system.</summary>
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
