using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace OrderFlow.Tests.Api;

/// <summary>An Orleans client, as the API's connection sees one.</summary>
public interface IStartedClient : IClusterClient, IHostedService;

/// <summary>A client whose connection is somebody else's: it passes calls on to a grain factory that is there already.</summary>
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
