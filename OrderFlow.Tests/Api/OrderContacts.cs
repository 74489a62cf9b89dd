using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Who may name whom to notify of an order, and who sees it.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OrderContacts : IDisposable
{
    private const string Unverified = "contact.email is not verified: the token has no valid email with email_verified true.";
    private const string Another = "contact.email is not verified: the token has another email.";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _admin;

    public OrderContacts(SharedCluster shared)
    {
        (_cluster, _api) = (shared.Cluster, new(shared.Cluster.Client));
        _admin = _api.As(Tokens.Admin);
    }

    [Theory]
    [InlineData("""{"email":"anna@müller.example","email_verified":true}""", null, """{"email":"anna@müller.example"}""")]
    [InlineData("""{"email":"anna@müller.example","email_verified":true}""", """{}""", """{"email":"anna@müller.example"}""")]
    [InlineData("""{"email":"anna@müller.example","email_verified":true}""", """{"locale":"de-AT"}""", """{"email":"anna@müller.example","locale":"de-AT"}""")]
    [InlineData("""{"email":"anna@müller.example","email_verified":true}""", """{"email":"ANNA@xn--mller-kva.example"}""", """{"email":"anna@müller.example"}""")]
    [InlineData("""{"email":"anna@mail.example","email_verified":false}""", null, null)]
    [InlineData("""{"email":"anna@mail.example","email_verified":"true"}""", null, null)]
    [InlineData("""{"email":"anna@mail.example"}""", null, null)]
    [InlineData("""{"email":["anna@mail.example"],"email_verified":true}""", null, null)]
    [InlineData("""{"email":"not an address","email_verified":true}""", null, null)]
    [InlineData("""{}""", """{"locale":"tlh"}""", """{"locale":"tlh"}""")]
    public async Task A_customer_has_the_address_that_the_token_verifies(string claims, string? contact, string? stored)
    {
        using var anna = _api.As(Token("anna", claims));
        var (status, order) = await anna.Call("POST", "/orders", Body("anna", contact));

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(stored, order["contact"]?.ToJsonString(Unescaped));
        await _cluster.DeactivateAll();
        Assert.Equal(stored, (await anna.Call("GET", $"/orders/{order["id"]}")).Body["contact"]?.ToJsonString(Unescaped));
    }

    [Theory]
    [InlineData("""{"email":"anna@mail.example","email_verified":true}""", Another)]
    [InlineData("""{"email":"bob@mail.example","email_verified":false}""", Unverified)]
    [InlineData("""{"email":"bob@mail.example"}""", Unverified)]
    [InlineData("""{}""", Unverified)]
    public async Task A_customer_cannot_name_another_address_unless_a_setting_allows_it(string claims, string detail)
    {
        var body = Body("anna", """{"email":"bob@mail.example","locale":"en"}""");
        using var anna = _api.As(Token("anna", claims));
        var (status, problem) = await anna.Call("POST", "/orders", body);
        Assert.Equal((HttpStatusCode.Forbidden, detail), (status, (string?)problem["detail"]));

        using var open = new ApiProgram(_cluster.Client, ("Notifications:AllowUnverifiedContact", "true"));
        using var same = open.As(Token("anna", claims));
        var placed = await same.Call("POST", "/orders", body);
        Assert.Equal((HttpStatusCode.Created, "bob@mail.example"), (placed.Status, (string?)placed.Body["contact"]!["email"]));
    }

    [Fact]
    public async Task An_admin_may_name_any_address_and_never_leaves_their_own_on_a_customers_order()
    {
        using var admin = _api.As(Token("root", """{"role":"admin","email":"root@shop.example","email_verified":true}"""));

        Assert.Equal("any@mail.example", Email(await admin.Call("POST", "/orders", Body("anna", """{"email":"any@mail.example"}"""))));
        Assert.Null(Email(await admin.Call("POST", "/orders", Body("anna", contact: null))));
        Assert.Equal("root@shop.example", Email(await admin.Call("POST", "/orders", Body("root", contact: null))));

        static string? Email((HttpStatusCode Status, JsonObject Body) placed)
        {
            Assert.Equal(HttpStatusCode.Created, placed.Status);
            return (string?)placed.Body["contact"]?["email"];
        }
    }

    [Theory]
    [InlineData("""{"email":"anna"}""", "contact.email")]
    [InlineData("""{"email":"Anna <anna@mail.example>"}""", "contact.email")]
    [InlineData("""{"email":""}""", "contact.email")]
    [InlineData("""{"locale":"de_AT"}""", "contact.locale")]
    [InlineData("""{"locale":""}""", "contact.locale")]
    [InlineData("""{"locale":"de-123456789"}""", "contact.locale")]
    [InlineData("""{"locale":"de-aaaaaaaa-bbbbbbbb-cccccccc-ddddddd"}""", "contact.locale")]
    [InlineData("""{"email":"anna","locale":"d"}""", "contact.email contact.locale")]
    [InlineData("""{"phone":"1"}""", "contact.phone")]
    public async Task An_invalid_contact_is_rejected_by_its_path_and_not_repeated(string contact, string paths)
    {
        var (status, problem) = await _admin.Call("POST", "/orders", Body("anna", contact));

        Assert.Equal((HttpStatusCode.BadRequest, paths), (status, Problem.Paths(problem)));
        Assert.DoesNotContain("<anna@mail.example>", problem.ToJsonString(Unescaped), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_seen_by_the_owner_and_by_admins_and_by_no_role_that_sees_the_order()
    {
        var user = $"contact-{Guid.NewGuid():N}";
        await _cluster.SetStock("contact-seen", 1);
        var id = (long)(await _admin.Call("POST", "/orders", Body(user, """{"email":"seen@mail.example"}""", "contact-seen"))).Body["id"]!;
        await _admin.Settled(id);
        using var owner = _api.As(Tokens.For(user));
        foreach (var client in new[] { owner, _admin })
        {
            Assert.Equal("seen@mail.example", (string?)(await client.Call("GET", $"/orders/{id}")).Body["contact"]!["email"]);
            Assert.Equal("seen@mail.example", (string?)(await client.Call("GET", $"/orders?userId={user}")).Body["items"]![0]!["contact"]!["email"]);
        }

        foreach (var (token, status) in new[] { (Tokens.Payments, "confirmed"), (Tokens.Fulfilment, "fulfilled") })
        {
            using var role = _api.As(token);
            Assert.False((await role.Call("GET", $"/orders/{id}")).Body.ContainsKey("contact"));
            Assert.False((await role.Call("GET", $"/orders?userId={user}")).Body["items"]![0]!.AsObject().ContainsKey("contact"));
            var changed = await role.Call("PATCH", $"/orders/{id}/status", $$"""{"status":"{{status}}"}""");
            Assert.Equal((HttpStatusCode.OK, false), (changed.Status, changed.Body.ContainsKey("contact")));
        }
    }

    [Fact]
    public async Task A_key_belongs_to_the_contact_that_the_body_names()
    {
        var user = $"contact-{Guid.NewGuid():N}";
        using var client = _api.As(Token(user, """{"email":"anna@mail.example","email_verified":true}"""));
        using var moved = _api.As(Token(user, """{"email":"moved@mail.example","email_verified":true}"""));
        var named = Body(user, """{"email":"anna@mail.example","locale":"de"}""");
        var first = await client.Ask("POST", "/orders", named, ("Idempotency-Key", "a"));
        var again = await client.Ask("POST", "/orders", named, ("Idempotency-Key", "a"));
        Assert.Equal((HttpStatusCode.Created, true, first.Body.ToJsonString()), (again.Status, again.IsReplay, again.Body.ToJsonString()));
        foreach (var other in new[] { """{"email":"anna@mail.example","locale":"en"}""", """{"email":"anna@mail.example"}""", null })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.Ask("POST", "/orders", Body(user, other), ("Idempotency-Key", "a"))).Status);

        var unnamed = Body(user, contact: null);
        first = await client.Ask("POST", "/orders", unnamed, ("Idempotency-Key", "b"));
        again = await moved.Ask("POST", "/orders", unnamed, ("Idempotency-Key", "b"));
        Assert.Equal((HttpStatusCode.Created, true, first.Body.ToJsonString()), (again.Status, again.IsReplay, again.Body.ToJsonString()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.Ask("POST", "/orders", named, ("Idempotency-Key", "b"))).Status);

        Assert.Equal(2, await _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE user_id = '{user}'"));
        Assert.Equal(0, await _cluster.Scalar<long>("SELECT count(*) FROM orleans_grain_state WHERE convert_from(payload, 'UTF8') LIKE '%mail.example%'"));
    }

    [Fact]
    public async Task It_is_gone_with_the_order()
    {
        var id = (long)(await _admin.Call("POST", "/orders", Body("anna", """{"email":"gone@mail.example","locale":"de"}"""))).Body["id"]!;
        await _admin.Settled(id);
        Assert.Equal(1, await Stored());

        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("DELETE", $"/orders/{id}")).Status);
        Assert.Equal(0, await Stored());

        Task<long> Stored() => _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE id = {id} AND (contact_email = 'gone@mail.example' OR contact_locale IS NOT NULL)");
    }

    public void Dispose()
    {
        _admin.Dispose();
        _api.Dispose();
    }

    private static System.Text.Json.JsonSerializerOptions Unescaped { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Token(string user, string claims) => Tokens.For(user, token =>
    {
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject()) token[name] = value?.DeepClone();
    });

    private static string Body(string user, string? contact, string product = "contact-nowhere")
    {
        var body = HttpApi.OrderOf(user, (product, 1));
        if (contact is not null) body["contact"] = JsonNode.Parse(contact);
        return body.ToJsonString();
    }
}
