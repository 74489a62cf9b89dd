using Microsoft.Extensions.Options;

namespace OrderFlow.Api.Http;

/// <summary>Settings that know what is wrong with them.</summary>
internal interface ICheckedSettings
{
    /// <summary>What is wrong, as sentences that name the variable; nothing where all is well.</summary>
    IEnumerable<string> Objections();
}

/// <summary>Binds settings so that a wrong one stops the program at start, with a sentence that names the variable.</summary>
internal static class CheckedSettings
{
    /// <summary>Registers the settings of a section, such as <c>Cors</c>.</summary>
    public static void AddCheckedSettings<T>(this IServiceCollection services, string section)
        where T : class, ICheckedSettings
    {
        services.AddOptions<T>().Configure<IConfiguration>((settings, configuration) => Bind(settings, configuration, section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>, Check<T>>();
    }

    private static void Bind<T>(T settings, IConfiguration configuration, string section)
    {
        try
        {
            configuration.GetSection(section).Bind(settings);
        }
        catch (InvalidOperationException unreadable)
        {
            // The binder names the setting by its path and says what it could not read.
            var sentence = unreadable.Message.Replace($"{section}:", $"{section}__", StringComparison.OrdinalIgnoreCase);
            throw new OptionsValidationException(section, typeof(T), [sentence]);
        }
    }

    private sealed class Check<T> : IValidateOptions<T>
        where T : class, ICheckedSettings
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            options.Objections().ToArray() is { Length: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
