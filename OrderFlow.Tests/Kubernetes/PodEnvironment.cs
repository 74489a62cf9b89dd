using System.Text;
using k8s.Models;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>The environment that a container gets, and the objects that it comes from.</summary>
internal static class PodEnvironment
{
    /// <summary>Stands for <c>status.podIP</c>.</summary>
    private const string PodAddress = "10.0.0.1";

    /// <exception cref="KeyNotFoundException">The source of a variable does not exist.</exception>
    public static Dictionary<string, string> Of(Overlay overlay, V1Container container)
    {
        var variables = new Dictionary<string, string>();
        foreach (var map in container.EnvFrom ?? [])
        {
            foreach (var (name, value) in overlay.Find<V1ConfigMap>(map.ConfigMapRef.Name).Data) variables[name] = value;
        }

        foreach (var variable in container.Env ?? []) variables[variable.Name] = Value(overlay, variable);
        return variables;
    }

    /// <summary>The ConfigMaps that a pod names.</summary>
    public static IEnumerable<string> ConfigMaps(V1PodSpec pod) =>
    [
        .. Containers(pod).SelectMany(container => container.EnvFrom ?? []).Select(map => map.ConfigMapRef.Name),
        .. (pod.Volumes ?? []).Select(volume => volume.ConfigMap?.Name).OfType<string>(),
    ];

    /// <summary>The keys of Secrets that a pod names.</summary>
    public static IEnumerable<(string Secret, string Key)> SecretKeys(V1PodSpec pod) =>
        Containers(pod).SelectMany(container => container.Env ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>()
            .Select(key => (key.Name, key.Key));

    private static IEnumerable<V1Container> Containers(V1PodSpec pod) => [.. pod.InitContainers ?? [], .. pod.Containers];

    private static string Value(Overlay overlay, V1EnvVar variable) => variable.ValueFrom switch
    {
        null => variable.Value,
        { FieldRef.FieldPath: "metadata.name" } => "silo-5d8f",
        { FieldRef.FieldPath: "status.podIP" } => PodAddress,
        { SecretKeyRef: { } key } when overlay.Of<V1Secret>().FirstOrDefault(secret => secret.Metadata.Name == key.Name) is { } secret =>
            Encoding.UTF8.GetString(secret.Data[key.Key]),
        { SecretKeyRef: { Name: "orderflow" } key } => Overlay.ProductionSettings()[key.Key],
        _ => throw new KeyNotFoundException($"{variable.Name} has no source"),
    };
}
