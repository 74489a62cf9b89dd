using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Authenticates callers by bearer tokens only: RS256 or ES256, from one issuer, for one audience, with an expiry and a subject.</summary>
internal static class BearerTokens
{
    /// <summary>The policy for operations that only admins may use.</summary>
    public const string AdminPolicy = "admin";

    /// <summary>Registers the bearer scheme and <see cref="AdminPolicy"/>; <see cref="AuthOptions"/> are validated when the program starts.</summary>
    public static IServiceCollection AddBearerTokens(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().Configure<IHostEnvironment>((auth, environment) => auth.AllowsHttp = environment.IsDevelopment());
        services.AddValidatedOptions<AuthOptions>(AuthOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SigningKeyMetrics>();
        services.AddSingleton<IdentityProvider>();
        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<VerifiedTokenCache>();
        services.AddSingleton<TokenClaims>();
        services.AddSingleton<BearerTokenHandler>();
        AddBearerScheme(services);
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<AuthOptions>, SigningKeys, BearerTokenHandler, TimeProvider>((bearer, auth, keys, handler, time) =>
            {
                bearer.MapInboundClaims = false;
                bearer.Events = new BearerTokenEvents();
                bearer.TokenHandlers.Clear();
                bearer.TokenHandlers.Add(handler);
                bearer.TokenValidationParameters = ValidationParameters(auth.Value, keys, time);
            });
        services.AddAuthorizationBuilder().AddPolicy(AdminPolicy, policy => policy.RequireRole(CallerIdentity.AdminRole));
        return services;
    }

    /// <summary>The rules for a token, apart from those for its claims' types and its subject.</summary>
    public static TokenValidationParameters ValidationParameters(AuthOptions auth, SigningKeys keys, TimeProvider time) => new()
    {
        // Fixed, so that a token can choose neither "none" nor a public key as the secret of an HMAC (RFC 8725 §3.1).
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
        IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Current?.For(keyId) ?? [],
        IncludeTokenOnFailedValidation = true,   // for its key id
        RequireSignedTokens = true,
        IssuerValidator = (issuer, _, _) => ValidateIssuer(issuer, keys.Current),
        ValidAudience = auth.Audience,
        ClockSkew = auth.ClockSkew,
        LifetimeValidator = (notBefore, expires, _, parameters) => IsCurrent(notBefore, expires, time.GetUtcNow().UtcDateTime, parameters.ClockSkew),
    };

    /// <summary>Adds a time span, up to the latest time there is.</summary>
    public static DateTime AddSaturating(DateTime time, TimeSpan span) => time < DateTime.MaxValue - span ? time + span : DateTime.MaxValue;

    /// <summary>Registers what AddAuthentication would, except data protection, which would write unused keys to the disk.</summary>
    private static void AddBearerScheme(IServiceCollection services)
    {
        services.AddAuthenticationCore(options => options.DefaultScheme = JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        services.TryAddSingleton<IAuthenticationConfigurationProvider, NoConfiguredSchemes>();
        new AuthenticationBuilder(services).AddJwtBearer();
    }

    // Asked whether or not a signature verifies. Without keys none does, whoever issued the token.
    private static string ValidateIssuer(string issuer, KeySet? keys) =>
        keys is null || issuer == keys.Issuer ? issuer : throw new SecurityTokenInvalidIssuerException("The token is of another issuer.") { InvalidIssuer = issuer };

    private static bool IsCurrent(DateTime? notBefore, DateTime? expires, DateTime now, TimeSpan skew)
    {
        if (expires is not { } end) throw new SecurityTokenNoExpirationException("The token has no expiry.");
        if (now >= AddSaturating(end, skew)) throw new SecurityTokenExpiredException("The token has expired.") { Expires = end };
        if (now + skew < notBefore) throw new SecurityTokenNotYetValidException("The token is not valid yet.") { NotBefore = notBefore.Value };
        return true;
    }

    /// <summary>Keeps the bearer scheme from reading a configuration section of its own: <see cref="AuthOptions"/> configure it.</summary>
    private sealed class NoConfiguredSchemes : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();

        public IConfiguration GetSchemeConfiguration(string authenticationScheme) => AuthenticationConfiguration;
    }
}
