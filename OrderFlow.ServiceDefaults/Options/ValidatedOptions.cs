using Microsoft.Extensions.Options;

namespace OrderFlow.ServiceDefaults.Options;

/// <summary>Settings that are bound and checked when the host starts.</summary>
internal static class CheckedSettings
{
    /// <summary>
    /// Binds the options to their section. A wrong setting keeps the host from starting, with an <see cref="OptionsValidationException"/> whose failures
    /// are sentences that name the variable.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">Such as <c>Notifications:Worker</c>.</param>
    /// <param name="when">Whether these options are used at all; where they are not, they may be wrong.</param>
    public static void AddCheckedSettings<TOptions>(this IServiceCollection services, string section, Func<IServiceProvider, bool>? when = null)
        where TOptions : class
    {
        services.AddOptions<TOptions>().Configure<IConfiguration>((options, configuration) => Bind(configuration, section, options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>>(provider => new Check<TOptions>(section, () => when is null || when(provider)));
    }

    /// <summary>
    /// The same for options that are needed to put the host together. Where they cannot be used their defaults stand in, so that
    /// <see cref="RequireValidSettings"/> can name them together with all others that are wrong.
    /// </summary>
    public static TOptions UseCheckedSettings<TOptions>(this IHostApplicationBuilder builder, string section)
        where TOptions : class, new()
    {
        builder.Services.AddCheckedSettings<TOptions>(section);
        try
        {
            var options = new TOptions();
            Bind(builder.Configuration, section, options);
            return RequiredSettings.Failures(section, options).Count == 0 ? options : new();
        }
        catch (OptionsValidationException)
        {
            return new();
        }
    }

    /// <summary>Checks everything that was added, before the host would do so and log a stack trace.</summary>
    /// <exception cref="OptionsValidationException">Something is missing or wrong; each failure is a sentence that names the variable.</exception>
    public static void RequireValidSettings(this IHost host)
    {
        try
        {
            host.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException several) when (several.InnerExceptions.All(error => error is OptionsValidationException))
        {
            // Options that hang on others fail for what is wrong with those, too.
            var failures = several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(error => error.Failures).Distinct();
            throw new OptionsValidationException("settings", typeof(object), failures);
        }
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
            var sentence = error.Message.Replace($"{section}:", RequiredSettings.Variable(section, ""), StringComparison.OrdinalIgnoreCase);
            throw new OptionsValidationException(section, typeof(TOptions), [sentence]);
        }
    }

    private sealed class Check<TOptions>(string section, Func<bool> isUsed) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            isUsed() && RequiredSettings.Failures(section, options) is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
