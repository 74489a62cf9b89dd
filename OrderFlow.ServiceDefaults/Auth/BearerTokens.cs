using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Bearer tokens as the one way to say who calls: RS256 or ES256, from one issuer, for one audience, with an expiry and a subject.</summary>
internal static class BearerTokens
{
    /// <summary>The policy of what only admins may do.</summary>
    public const string AdminPolicy = "admin";

    /// <summary>Registers the bearer scheme and <see cref="AdminPolicy"/>; <see cref="AuthOptions"/> are checked when the program starts.</summary>
    public static IServiceCollection AddBearerTokens(this IServiceCollection services)
    {
        services.AddValidatedOptions<AuthOptions>(AuthOptions.Section);
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<VerifiedTokenCache>();
        services.AddSingleton<CallerTokenHandler>();
        AddBearerScheme(services);
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<AuthOptions>, CallerTokenHandler, TimeProvider>((bearer, auth, handler, time) =>
            {
                bearer.MapInboundClaims = false;
                bearer.Events = new BearerTokenEvents();
                bearer.TokenHandlers.Clear();
                bearer.TokenHandlers.Add(handler);
                bearer.TokenValidationParameters = ValidationParameters(auth.Value, time);
            });
        services.AddAuthorizationBuilder().AddPolicy(AdminPolicy, policy => policy.RequireRole(CallerIdentity.AdminRole));
        return services;
    }

    /// <summary>What a token must have, apart from its subject.</summary>
    public static TokenValidationParameters ValidationParameters(AuthOptions auth, TimeProvider time) => new()
    {
        // Named, so that a token can choose neither "none" nor a public key as the secret of an HMAC (RFC 8725 §3.1).
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
        IssuerSigningKeys = PublicKeys.Load(auth.PublicKeyFile!).Keys,
        RequireSignedTokens = true,
        ValidIssuer = auth.Issuer,
        ValidAudience = auth.Audience,
        ClockSkew = auth.ClockSkew,
        LifetimeValidator = (notBefore, expires, _, demands) => IsCurrent(notBefore, expires, time.GetUtcNow().UtcDateTime, demands.ClockSkew),
    };

    /// <summary>What AddAuthentication would register, without data protection, which would write keys to the disk that nobody needs here.</summary>
    private static void AddBearerScheme(IServiceCollection services)
    {
        services.AddAuthenticationCore(options => options.DefaultScheme = JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        services.TryAddSingleton<IAuthenticationConfigurationProvider, NoConfiguredSchemes>();
        new AuthenticationBuilder(services).AddJwtBearer();
    }

    /// <summary>A time that much later; the latest there is, where there is none.</summary>
    public static DateTime AddSaturating(DateTime time, TimeSpan by) => time < DateTime.MaxValue - by ? time + by : DateTime.MaxValue;

    private static bool IsCurrent(DateTime? notBefore, DateTime? expires, DateTime now, TimeSpan skew)
    {
        if (expires is not { } end) throw new SecurityTokenNoExpirationException("The token has no expiry.");
        if (now >= AddSaturating(end, skew)) throw new SecurityTokenExpiredException("The token has expired.") { Expires = end };
        if (now + skew < notBefore) throw new SecurityTokenNotYetValidException("The token is not valid yet.") { NotBefore = notBefore.Value };
        return true;
    }

    /// <summary>The bearer scheme has its settings from <see cref="AuthOptions"/> alone.</summary>
    private sealed class NoConfiguredSchemes : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();

        public IConfiguration GetSchemeConfiguration(string authenticationScheme) => AuthenticationConfiguration;
    }
}
