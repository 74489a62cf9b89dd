using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Where tokens of common providers name roles, and what the roles are called there.</summary>
public sealed class TokenRoles
{
    private const string Keycloak = """
        {"jti":"onrtac:2f1c","typ":"Bearer","azp":"shop-web","session_state":"5b3f","acr":"1","allowed-origins":["https://shop.example"],
         "realm_access":{"roles":["default-roles-shop","offline_access","shop-admin"]},
         "resource_access":{"account":{"roles":["manage-account"]},"order.flow":{"roles":["till","depot"]}},
         "scope":"openid email profile","email_verified":true,"name":"Ada","preferred_username":"ada","email":"ada@shop.example"}
        """;

    private const string Entra = """
        {"aio":"AXQAi","azp":"0f1c","azpacr":"1","idp":"https://sts.windows.net/9188/","name":"Ada","oid":"690222be","rh":"0.AAA",
         "roles":["Orders.Admin"],"scp":"Orders.Use","tid":"fa15d692","uti":"abc","ver":"2.0","wids":["b79fbf4d"]}
        """;

    private const string Auth0 = """
        {"azp":"my_client_id","scope":"openid","gty":"password","permissions":["read:orders"],"https://shop.example/roles":["shop-admin","till"]}
        """;

    [Theory]
    [InlineData("realm_access.roles", "shop-admin", Keycloak, true, false, false)]
    [InlineData("resource_access.order.flow.roles", "shop-admin", Keycloak, false, true, true)]
    [InlineData("role", "shop-admin", Keycloak, false, false, false)]
    [InlineData("realm_access", "shop-admin", """{"realm_access":"shop-admin"}""", true, false, false)]
    [InlineData("roles", "Orders.Admin", Entra, true, false, false)]
    [InlineData("roles", "orders.admin", Entra, false, false, false)]
    [InlineData("https://shop.example/roles", "shop-admin", Auth0, true, true, false)]
    [InlineData("permissions", "read:orders", Auth0, true, false, false)]
    [InlineData("scope", "openid", Auth0, true, false, false)]
    [InlineData("a.b", "shop-admin", """{"a":{"b":"till"},"a.b":["shop-admin"]}""", true, false, false)]
    [InlineData("a.b", "shop-admin", """{"a":"shop-admin"}""", false, false, false)]
    [InlineData("a.b", "shop-admin", """{"a":{"b":null}}""", false, false, false)]
    public async Task Settings_name_the_claim_and_the_roles(string claim, string admin, string claims, bool isAdmin, bool confirms, bool fulfils)
    {
        Caller? caller = null;
        var grains = GivenGrains.Make().Answer<IOrderGrain>((_, arguments) =>
        {
            caller = (Caller)arguments[0]!;
            return Task.FromResult(OrderResult.NotFound);
        });
        using var api = Api(grains, claim, admin);
        Assert.Equal(HttpStatusCode.NotFound, await Status(api, claims));
        Assert.Equal(new Caller("9f0c6f3e-4a55-4b5c-8a0e-5c7d0e5a2f11", isAdmin, confirms, fulfils), caller);
    }

    [Theory]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":{"shop-admin":true}}}""", "The token's realm_access.roles must be a JSON string or a list of them.")]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":["shop-admin",7]}}""", "The token's realm_access.roles must be a JSON string or a list of them.")]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":[],"roles":["shop-admin"]}}""", "The token's claims must be a JSON object that gives each once, in UTF-8.")]
    public async Task Roles_of_another_type_are_rejected(string claim, string claims, string description)
    {
        using var api = Api(GivenGrains.Make(), claim, "shop-admin");
        using var client = api.As(Token(claims));
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal($"error=\"invalid_token\", error_description=\"{description}\"", TokenClaimTypes.Challenge(answer).Parameter);
    }

    private static ApiProgram Api(GivenGrains grains, string claim, string admin) => new(
        grains.Factory, ("Auth:RoleClaim", claim), ("Auth:AdminRole", admin), ("Auth:PaymentsRole", "till"), ("Auth:FulfilmentRole", "depot"));

    private static async Task<HttpStatusCode> Status(ApiProgram api, string claims)
    {
        using var client = api.As(Token(claims));
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>The claims as they are, with those that every token needs.</summary>
    private static string Token(string claims)
    {
        var needed = JsonNode.Parse(Tokens.GoodClaims("9f0c6f3e-4a55-4b5c-8a0e-5c7d0e5a2f11"))!.ToJsonString();
        return Tokens.Signed($"{needed[..^1]},{claims.Trim()[1..]}");
    }
}
