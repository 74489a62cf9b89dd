using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OrderFlow.Recovery;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A setting of a program.</summary>
/// <param name="Variable">The environment variable.</param>
/// <param name="Default">What it is where it is not set; null or empty where there is no default.</param>
internal sealed record ProgramSetting(string Variable, object? Default);

/// <summary>The settings of both programs, as their options classes have them: those are the classes with a constant <c>Section</c>.</summary>
internal static class ProgramSettings
{
    public static IReadOnlyList<Type> SiloOptions { get; } = OptionsOf(typeof(KafkaOptions).Assembly, typeof(RecoveryOptions).Assembly, typeof(OptionsErrors).Assembly);

    public static IReadOnlyList<Type> ApiOptions { get; } = OptionsOf(typeof(OrderFlow.Api.Cluster.ClusterClient).Assembly, typeof(OptionsErrors).Assembly);

    /// <summary>One for each property; some settings are in several classes.</summary>
    public static IEnumerable<ProgramSetting> Of(IEnumerable<Type> options) =>
        from type in options
        let untouched = Activator.CreateInstance(type)
        from property in type.GetProperties()
        where property.CanWrite
        select new ProgramSetting(OptionsErrors.VariableName(Section(type)!, property.Name), property.GetValue(untouched));

    /// <summary>The variables that the options' own checks ask for where nothing is set.</summary>
    public static IEnumerable<string> RequiredOf(IEnumerable<Type> options) =>
        from type in options
        from failure in Failures(type, Activator.CreateInstance(type)!)
        from setting in Of([type])
        where failure.Contains(setting.Variable, StringComparison.Ordinal)
        select setting.Variable;

    /// <summary>What the options' own checks find wrong with what is given.</summary>
    /// <exception cref="InvalidOperationException">A value cannot be read.</exception>
    public static IEnumerable<string> FailuresOf(IEnumerable<Type> options, IConfiguration given) =>
        options.SelectMany(type => Failures(type, given.GetSection(Section(type)!).Get(type) ?? Activator.CreateInstance(type)!));

    private static Type[] OptionsOf(params Assembly[] program) =>
        [.. program.SelectMany(assembly => assembly.GetTypes()).Where(type => Section(type) is not null)];

    private static string? Section(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } section ? (string)section.GetRawConstantValue()! : null;

    private static IEnumerable<string> Failures(Type type, object options)
    {
        var contract = typeof(IValidateOptions<>).MakeGenericType(type);
        return
        [
            .. OptionsErrors.Find(Section(type)!, options),
            .. (from validator in type.Assembly.GetTypes()
                where !validator.ContainsGenericParameters && contract.IsAssignableFrom(validator)
                let result = (ValidateOptionsResult)contract.GetMethod("Validate")!.Invoke(Activator.CreateInstance(validator), [null, options])!
                from failure in result.Failures ?? []
                select failure),
        ];
    }
}
