using System.Reflection;
using Microsoft.Extensions.Configuration;
using OrderFlow.Recovery;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A setting of a program.</summary>
/// <param name="Variable">The environment variable.</param>
/// <param name="Default">Its default; null or empty for none.</param>
internal sealed record ProgramSetting(string Variable, object? Default);

/// <summary>The settings of both programs: the properties of all options classes, which are those with a constant <c>Section</c>.</summary>
internal static class ProgramSettings
{
    public static IReadOnlyList<Type> SiloOptions { get; } = OptionsOf(typeof(KafkaOptions).Assembly, typeof(RecoveryOptions).Assembly, typeof(OptionsErrors).Assembly);

    public static IReadOnlyList<Type> ApiOptions { get; } = OptionsOf(typeof(OrderFlow.Api.Cluster.ClusterClient).Assembly, typeof(OptionsErrors).Assembly);

    /// <summary>One setting for each property; several classes may share a setting.</summary>
    public static IEnumerable<ProgramSetting> Of(IEnumerable<Type> options) =>
        from type in options
        let defaults = Activator.CreateInstance(type)
        from property in type.GetProperties()
        where property.CanWrite
        select new ProgramSetting(OptionsErrors.VariableName(Section(type)!, property.Name), property.GetValue(defaults));

    /// <summary>The variables that must be set: their validation fails if nothing is set.</summary>
    public static IEnumerable<string> RequiredOf(IEnumerable<Type> options) =>
        from type in options
        from failure in OptionsErrors.Find(Section(type)!, Activator.CreateInstance(type)!)
        from setting in Of([type])
        where failure.Split(' ', ':')[0] == setting.Variable
        select setting.Variable;

    /// <summary>The validation errors of the given settings.</summary>
    /// <exception cref="InvalidOperationException">A value cannot be converted.</exception>
    public static IEnumerable<string> FailuresOf(IEnumerable<Type> options, IConfiguration given) =>
        options.SelectMany(type => OptionsErrors.Find(Section(type)!, given.GetSection(Section(type)!).Get(type) ?? Activator.CreateInstance(type)!));

    private static Type[] OptionsOf(params Assembly[] program) =>
        [.. program.SelectMany(assembly => assembly.GetTypes()).Where(type => Section(type) is not null)];

    private static string? Section(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } section ? (string)section.GetRawConstantValue()! : null;
}
