using System.Globalization;

namespace OrderFlow.Chaos.External;

/// <summary>An identity provider and a mail server on loopback, until SIGTERM. Files in the run's directory make them fail.</summary>
internal static class ExternalSystems
{
    /// <summary>While this file exists the provider answers nobody.</summary>
    private const string ProviderAway = "provider-away";

    /// <summary>While this file exists the mail server defers every mail with 451.</summary>
    private const string MailDeferred = "mail-deferred";

    /// <summary>Runs both. Writes their addresses for the shell to <c>external.env</c> once they answer.</summary>
    public static async Task Run(ChaosSettings settings)
    {
        await using var mail = await MailServer.Start(settings.MailsFile, () => Exists(MailDeferred));
        await using var provider = await IdentityProvider.Start(settings.PublicKeyFile, () => Exists(ProviderAway));

        var variables = Path.Combine(settings.Directory, "external.env");
        await File.WriteAllTextAsync($"{variables}.draft", string.Create(CultureInfo.InvariantCulture, $"EXTERNAL_JWKS={provider.JwksUri}\nEXTERNAL_SMTP_PORT={mail.Port}\n"));
        File.Move($"{variables}.draft", variables);
        await provider.WaitForShutdown();

        bool Exists(string file) => File.Exists(Path.Combine(settings.Directory, file));
    }
}
