using Microsoft.Extensions.Options;

namespace OrderFlow.ServiceDefaults.Options;

/// <summary>Binds options and validates them when the host starts.</summary>
internal static class ValidatedOptions
{
    /// <summary>
    /// Binds the options to their section. An invalid setting keeps the host from starting, with an <see cref="OptionsValidationException"/> whose failures
    /// are sentences that name the variable.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">Such as <c>Notifications:Worker</c>.</param>
    /// <param name="when">Whether these options are used; unused ones are not validated.</param>
    public static void AddValidatedOptions<TOptions>(this IServiceCollection services, string section, Func<IServiceProvider, bool>? when = null)
        where TOptions : class
    {
        if (services.Any(service => service.ServiceType == typeof(IValidateOptions<TOptions>))) return;

        services.AddOptions<TOptions>().Configure<IConfiguration>((options, configuration) => Bind(configuration, section, options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>>(provider => new Validator<TOptions>(section, () => when is null || when(provider)));
    }

    /// <summary>
    /// Adds options and returns them to build the host with. Invalid ones are replaced by their defaults, so that <see cref="ValidateOptions"/> can report
    /// them together with all others.
    /// </summary>
    public static TOptions GetValidatedOptions<TOptions>(this IHostApplicationBuilder builder, string section)
        where TOptions : class, new()
    {
        builder.Services.AddValidatedOptions<TOptions>(section);
        try
        {
            var options = new TOptions();
            Bind(builder.Configuration, section, options);
            return OptionsErrors.Find(section, options).Count == 0 ? options : new();
        }
        catch (OptionsValidationException)
        {
            return new();
        }
    }

    /// <summary>Validates everything that was added, before the host would do so and log a stack trace.</summary>
    /// <exception cref="OptionsValidationException">Something is missing, invalid or renamed; each failure is a sentence that names the variable.</exception>
    public static void ValidateOptions(this IHost host)
    {
        var failures = RenamedSettings.FindErrors(host.Services.GetRequiredService<IConfiguration>()).ToList();
        try
        {
            host.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (OptionsValidationException error)
        {
            failures.AddRange(error.Failures);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(error => error is OptionsValidationException))
        {
            failures.AddRange(several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(error => error.Failures));
        }

        // Options that depend on others repeat their failures.
        if (failures.Count > 0) throw new OptionsValidationException("settings", typeof(object), failures.Distinct());
    }

    private static void Bind<TOptions>(IConfiguration configuration, string section, TOptions options)
        where TOptions : class
    {
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException error)
        {
            // The binder names the setting by its path and says what it could not read.
            var sentence = error.Message.Replace($"{section}:", OptionsErrors.VariableName(section, ""), StringComparison.OrdinalIgnoreCase);
            throw new OptionsValidationException(section, typeof(TOptions), [sentence]);
        }
    }

    private sealed class Validator<TOptions>(string section, Func<bool> isUsed) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            isUsed() && OptionsErrors.Find(section, options) is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
