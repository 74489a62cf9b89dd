using System.Globalization;
using System.Text.Json.Nodes;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;

namespace OrderFlow.Tests.Manifests;

/// <summary>Kong's limits fit those of the API, and cannot be evaded by what a client makes up.</summary>
public sealed class KongLimits
{
    private static JsonNode RateLimit => KongFile.Plugin(KongFile.Root, "rate-limiting");

    private static JsonNode Import => KongFile.Route("api", "import");

    /// <summary>At a service the plugin would count for that service alone.</summary>
    [Fact]
    public void All_services_and_all_Kong_nodes_share_the_rate_limit_of_an_address()
    {
        Assert.Equal(("ip", "redis", true), ((string?)RateLimit["limit_by"], (string?)RateLimit["policy"], (bool)RateLimit["fault_tolerant"]!));
        Assert.Contains((string)RateLimit["redis"]!["host"]!, ComposeFile.ServiceNames);
        Assert.Contains("REDIS_PASSWORD", ComposeFile.Services["kong"]!.Variables());
        Assert.DoesNotContain("rate-limiting", KongFile.Root["services"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_may_make_the_calls_of_several_users()
    {
        var perUser = decimal.Parse((string)ComposeFile.Services["api"]!["environment"]!["RateLimit__PerUserPerMinute"]!, CultureInfo.InvariantCulture);

        Assert.InRange(perUser, 1, (decimal)RateLimit["minute"]! / 2);
    }

    /// <summary>Anyone can send <c>X-Forwarded-For</c>, with another address at each call.</summary>
    [Fact]
    public void A_forwarded_address_is_believed_of_nobody_by_default()
    {
        KongFile.AssertSetting("KONG_TRUSTED_IPS", "${KONG_TRUSTED_IPS:-}", inPod: "\"\"");
        Assert.Contains("\nKONG_TRUSTED_IPS=\n", RepositoryFiles.Read("infra/compose.env.example"), StringComparison.Ordinal);
    }

    /// <summary>A load balancer appends to what the client sent: read from the end, the first address that is not trusted is the client's.</summary>
    [Fact]
    public void Behind_a_load_balancer_the_address_that_it_saw_counts()
    {
        KongFile.AssertSetting("KONG_REAL_IP_HEADER", "X-Forwarded-For");
        KongFile.AssertSetting("KONG_REAL_IP_RECURSIVE", "on", inPod: "\"on\"");
    }

    [Fact]
    public void A_body_that_the_API_takes_passes_Kong_too()
    {
        foreach (var (owner, bytes) in new[] { (KongFile.Root, JsonBody.MaxBytes), (Import, ImportStockRequest.MaxBytes) })
        {
            var size = KongFile.Plugin(owner, "request-size-limiting");
            Assert.Equal("kilobytes", (string?)size["size_unit"]);
            Assert.InRange((decimal)size["allowed_payload_size"]! * 1024, bytes, 2 * bytes);
        }
    }

    /// <summary>nginx has one limit for all paths, before any plugin.</summary>
    [Fact]
    public void The_largest_body_that_Kong_takes_passes_its_nginx_too() =>
        KongFile.AssertSetting("KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE", $"{KongFile.Plugin(Import, "request-size-limiting")["allowed_payload_size"]}k");

    /// <summary>A header must fit into one buffer of nginx; the other is for the request line.</summary>
    [Fact]
    public void Headers_that_the_API_takes_pass_nginx_too() =>
        KongFile.AssertSetting("KONG_NGINX_HTTP_LARGE_CLIENT_HEADER_BUFFERS", $"2 {HttpSetup.MaxHeaderBytes / 1024}k");

    [Fact]
    public void The_limit_of_imports_is_for_imports_alone()
    {
        Assert.Equal("import", KongFile.Match("POST", "/inventory/import").Route);
        foreach (var (method, path) in new[] { ("PUT", "/inventory/import"), ("POST", "/inventory/import/restock"), ("POST", "/inventory/imports"), ("POST", "/orders") })
            Assert.NotEqual("import", KongFile.Match(method, path).Route);
    }
}
