using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace OrderFlow.Tests.Api;

/// <summary>An Orleans client as the API's connection uses it.</summary>
public interface IStartedClient : IClusterClient, IHostedService;

/// <summary>A client without a connection of its own: it forwards calls to an existing grain factory.</summary>
public class StartedClient : DispatchProxy
{
    private IGrainFactory? _grains;

    public static IStartedClient Of(IGrainFactory grains)
    {
        var client = Create<IStartedClient, StartedClient>();
        ((StartedClient)(object)client)._grains = grains;
        return client;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.DeclaringType == typeof(IHostedService)
        ? Task.CompletedTask
        : targetMethod.Invoke(_grains, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
