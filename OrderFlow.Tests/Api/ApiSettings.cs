using System.Security.Cryptography;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>A missing or invalid setting stops the program with a sentence that names the variable.</summary>
public sealed class ApiSettings
{
    public static TheoryData<string, string> BadKeyFiles
    {
        get
        {
            using var small = RSA.Create(1024);
            using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            return new()
            {
                { "no such file", "/no/such/file.pem" },
                { "no public key", Tokens.WriteFile("hello") },
                { "private key", Tokens.WriteFile(Tokens.Rsa.ExportPkcs8PrivateKeyPem()) },
                { "private key", Tokens.WriteFile(Tokens.Rsa.ExportSubjectPublicKeyInfoPem(), Tokens.Ec.ExportECPrivateKeyPem()) },
                { "1024 bits", Tokens.WriteFile(small.ExportSubjectPublicKeyInfoPem()) },
                { "P-256", Tokens.WriteFile(p384.ExportSubjectPublicKeyInfoPem()) },
                { "neither", Tokens.WriteFile("-----BEGIN PUBLIC KEY-----", "aGVsbG8=", "-----END PUBLIC KEY-----") },
                { "neither", Tokens.WriteFile("-----BEGIN CERTIFICATE-----", "aGVsbG8=", "-----END CERTIFICATE-----") },
            };
        }
    }

    [Theory, MemberData(nameof(BadKeyFiles))]
    public void An_invalid_key_file_is_rejected(string why, string path)
    {
        var failure = Assert.Single(Validate(new() { Issuer = "i", Audience = "a", PublicKeyFile = path }));
        Assert.StartsWith("Auth__PublicKeyFile: ", failure, StringComparison.Ordinal);
        Assert.Contains(why, failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_keys_of_both_kinds_are_accepted()
    {
        Assert.Empty(Validate(new() { Issuer = "i", Audience = "a", PublicKeyFile = Tokens.PublicKeyFile }));
        Assert.Equal(2, PublicKeys.Load(Tokens.PublicKeyFile).Keys.Count);
        Assert.Single(PublicKeys.Load(Tokens.WriteFile(Tokens.Rsa.ExportRSAPublicKeyPem())).Keys);
    }

    [Theory]
    [InlineData("https://id.example", null, null, false, null)]
    [InlineData(null, "https://id.example/keys", "i", false, null)]
    [InlineData("http://id.example", null, null, true, null)]
    [InlineData("http://id.example", null, null, false, "Auth__Authority: 'http://id.example' must begin with https:// (http only where ASPNETCORE_ENVIRONMENT is Development)")]
    [InlineData(null, "http://id.example/keys", "i", false, "Auth__JwksUri: 'http://id.example/keys' must begin with https:// (http only where ASPNETCORE_ENVIRONMENT is Development)")]
    [InlineData(null, "file:///etc/passwd", "i", true, "Auth__JwksUri: 'file:///etc/passwd' must begin with https:// (http only where ASPNETCORE_ENVIRONMENT is Development)")]
    [InlineData("id.example", null, null, false, "Auth__Authority: 'id.example' is not a valid address, such as https://id.example/realms/shop")]
    [InlineData("https://id.example?a=b", null, null, false, "Auth__Authority: 'https://id.example?a=b' is not a valid address, such as https://id.example/realms/shop")]
    [InlineData("https://id.example/.well-known/openid-configuration", null, null, false, "Auth__Authority: 'https://id.example/.well-known/openid-configuration' is not a valid address, such as https://id.example/realms/shop")]
    [InlineData("https://me@id.example", null, null, false, "Auth__Authority: 'https://me@id.example' is not a valid address, such as https://id.example/realms/shop")]
    [InlineData(null, "https://id.example/keys", null, false, "Auth__Issuer is not set: it is the issuer (iss) of the bearer tokens to accept.")]
    [InlineData("https://id.example", "https://id.example/keys", "i", false, "Auth__Authority, Auth__JwksUri: only one of these may be set: each says with which keys bearer tokens are signed")]
    public void An_identity_provider_is_named_by_one_https_address(string? authority, string? jwksUri, string? issuer, bool isDevelopment, string? error) =>
        Assert.Equal(error, Validate(new() { Audience = "a", Issuer = issuer, Authority = authority, JwksUri = jwksUri, AllowsHttp = isDevelopment }).SingleOrDefault());

    [Theory]
    [InlineData("RoleClaim", "", "Auth__RoleClaim: is required")]
    [InlineData("RoleClaim", "my roles", "Auth__RoleClaim: must have 1 to 200 printable ASCII characters without spaces, quotes and backslashes")]
    [InlineData("AdminRole", " ", "Auth__AdminRole: is required")]
    public void The_names_of_roles_are_checked(string name, string value, string error)
    {
        var options = new AuthOptions { Audience = "a", Issuer = "i", PublicKeyFile = Tokens.PublicKeyFile };
        typeof(AuthOptions).GetProperty(name)!.SetValue(options, value);
        Assert.Equal(error, Validate(options).SingleOrDefault());
    }

    [Fact]
    public async Task Without_settings_the_program_ends_and_names_each_of_them()
    {
        var (exitCode, errors) = await Run([]);
        Assert.Equal(1, exitCode);
        Assert.Equal(
            ["Auth__Audience", "Auth__Issuer", "Auth__PublicKeyFile", "Postgres__ConnectionString"],
            errors.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_invalid_connection_string_is_named_and_not_repeated()
    {
        var (exitCode, errors) = await Run(new()
        {
            ["Auth__Issuer"] = "i",
            ["Auth__Audience"] = "a",
            ["Auth__PublicKeyFile"] = Tokens.PublicKeyFile,
            ["Postgres__ConnectionString"] = "Host=db;Pasword=secret",
        });
        Assert.Equal(1, exitCode);
        var error = Assert.Single(errors);
        Assert.StartsWith("Postgres__ConnectionString: is not a valid Npgsql connection string", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RateLimit__PerUserPerMinute", "-1", "RateLimit__PerUserPerMinute: must be between 0 and 1000000")]
    [InlineData("RateLimit__PerUserPerMinute", "1000001", "RateLimit__PerUserPerMinute: must be between 0 and 1000000")]
    [InlineData("RateLimit__PerUserPerMinute", "many", "Failed to convert configuration value 'many' at 'RateLimit__PerUserPerMinute' to type 'System.Int32'.")]
    [InlineData("Requests__Timeout", "00:00:00", "Requests__Timeout: must be between 00:00:00.0100000 and 01:00:00, not 00:00:00")]
    [InlineData("Requests__Timeout", "30", "Requests__Timeout: must be between 00:00:00.0100000 and 01:00:00, not 30.00:00:00")]
    [InlineData("Requests__Timeout", "soon", "Failed to convert configuration value 'soon' at 'Requests__Timeout' to type 'System.TimeSpan'.")]
    [InlineData("Cors__Origins", "*", "Cors__Origins: '*' is not a valid origin, such as https://shop.example or http://localhost:3000")]
    [InlineData("Cors__Origins", "https://a.example,https://b.example/", "Cors__Origins: 'https://b.example/' is not a valid origin, such as https://shop.example or http://localhost:3000")]
    [InlineData("Cors__Origins", "https://me@a.example", "Cors__Origins: 'https://me@a.example' is not a valid origin, such as https://shop.example or http://localhost:3000")]
    [InlineData("Cors__Origins", "shop.example", "Cors__Origins: 'shop.example' is not a valid origin, such as https://shop.example or http://localhost:3000")]
    [InlineData("Cors__Origins", "null", "Cors__Origins: 'null' is not a valid origin, such as https://shop.example or http://localhost:3000")]
    public async Task An_invalid_setting_is_named(string variable, string value, string sentence)
    {
        var (exitCode, errors) = await Run(new()
        {
            ["Auth__Issuer"] = "i",
            ["Auth__Audience"] = "a",
            ["Auth__PublicKeyFile"] = Tokens.PublicKeyFile,
            ["Postgres__ConnectionString"] = "Host=db",
            [variable] = value,
        });
        Assert.Equal((1, sentence), (exitCode, Assert.Single(errors)));
    }

    private static IEnumerable<string> Validate(AuthOptions options) => OptionsErrors.Find(AuthOptions.Section, options);

    private static async Task<(int ExitCode, string[] Errors)> Run(Dictionary<string, string> settings)
    {
        var (exitCode, output, errors) = await ProgramRun.ToEnd(ProgramRun.Api, [], settings);
        Assert.Equal("", output);
        return (exitCode, errors);
    }
}
