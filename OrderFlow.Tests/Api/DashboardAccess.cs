using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderFlow.ServiceDefaults.Http;
using OrderFlow.Silo.Dashboard;

namespace OrderFlow.Tests.Api;

/// <summary>Access to the dashboard of a silo, for programs and browsers.</summary>
public sealed class DashboardAccess(DashboardAccess.SiloWithDashboard silo) : IClassFixture<DashboardAccess.SiloWithDashboard>
{
    private const string NotForAdmins = "admins only";

    public static TheoryData<string> Paths => ["/dashboard/", "/dashboard/DashboardCounters", "/dashboard/GrainTypes", "/dashboard/index.min.js"];

    [Theory, MemberData(nameof(Paths))]
    public async Task A_request_without_a_token_is_refused(string path)
    {
        using var client = silo.Client();
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((path, HttpStatusCode.Unauthorized), (path, answer.StatusCode));
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task A_user_who_is_not_an_admin_is_forbidden(string path)
    {
        using var client = silo.Client(Tokens.Alice);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((path, HttpStatusCode.Forbidden), (path, answer.StatusCode));
        Assert.Contains(NotForAdmins, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task An_admin_with_a_bearer_token_gets_access(string path)
    {
        using var client = silo.Client(Tokens.Admin);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        Assert.Equal("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("alice", HttpStatusCode.Forbidden)]
    [InlineData("root", HttpStatusCode.OK)]
    public async Task HEAD_is_answered_like_GET(string? user, HttpStatusCode expected)
    {
        using var client = silo.Client(user is null ? null : user == "root" ? Tokens.Admin : Tokens.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri("/dashboard/", UriKind.Relative));
        using var answer = await client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_browser_without_a_token_is_redirected_to_the_sign_in_page()
    {
        using var client = silo.Client();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        using var answer = await client.GetAsync(new Uri("/dashboard/", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (answer.StatusCode, answer.Headers.Location?.OriginalString));

        using var page = await client.GetAsync(answer.Headers.Location);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("""<form method="post" action="/sign-in">""", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_admin_signs_in_sees_the_dashboard_and_signs_out()
    {
        using var client = silo.Client();
        using var signedIn = await SignIn(client, $"  {Tokens.Admin}\n");
        Assert.Equal((HttpStatusCode.Redirect, "/dashboard/"), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; path=/dashboard; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; expires=", cookie, StringComparison.Ordinal);

        var sent = cookie.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await Open(client, sent));
        Assert.Equal(HttpStatusCode.Unauthorized, await Open(client, sent[..^4]));   // a cookie is validated like a token in a header

        using var signedOut = await client.PostAsync(new Uri("/sign-out", UriKind.Relative), content: null);
        Assert.Equal("/sign-in", signedOut.Headers.Location?.OriginalString);
        Assert.StartsWith("orderflow-dashboard=; expires=Thu, 01 Jan 1970 ", Assert.Single(signedOut.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cookie_with_an_expired_token_is_refused()
    {
        using var client = silo.Client();
        var expired = Tokens.For("root", claims => claims["role"] = "admin", TimeProvider.System.GetUtcNow() - Tokens.Lifetime - TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, await Open(client, $"orderflow-dashboard={expired}"));
    }

    [Fact]
    public async Task Only_a_valid_token_of_an_admin_sets_a_cookie()
    {
        using var client = silo.Client();
        await IsRefused(client, Tokens.Alice, HttpStatusCode.Forbidden, NotForAdmins);
        await IsRefused(client, Tokens.Signed(Tokens.GoodClaims().Replace("\"alice\"", "7", StringComparison.Ordinal)), HttpStatusCode.Unauthorized, "not accepted");
        await IsRefused(client, "garbage", HttpStatusCode.Unauthorized, "not accepted");
        await IsRefused(client, "<script>alert(1)</script>", HttpStatusCode.Unauthorized, "not accepted");
        await IsRefused(client, Tokens.For("root", claims => (claims["role"], claims["exp"]) = ("admin", 1)), HttpStatusCode.Unauthorized, "not accepted");
        await IsRefused(client, "", HttpStatusCode.BadRequest, "Paste");
        await IsRefused(client, new string('a', 5_000), HttpStatusCode.BadRequest, "more than 3,800 characters");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.test")]
    public async Task Another_site_cannot_sign_a_user_in_or_out(string header, string value)
    {
        using var client = silo.Client();
        client.DefaultRequestHeaders.Add(header, value);
        await IsRefused(client, Tokens.Admin, HttpStatusCode.Forbidden, "another site");
        using var signOut = await client.GetAsync(new Uri("/sign-out", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, signOut.StatusCode);
        Assert.False(signOut.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_form_that_is_too_large_is_refused()
    {
        using var client = silo.Client();
        using var answer = await SignIn(client, new string('a', 20_000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private static async Task IsRefused(HttpClient client, string token, HttpStatusCode status, string sentence)
    {
        using var answer = await SignIn(client, token);
        Assert.Equal(status, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains(sentence, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SignIn(HttpClient client, string token)
    {
        using var form = new FormUrlEncodedContent([new("token", token)]);
        return await client.PostAsync(new Uri("/sign-in", UriKind.Relative), form);
    }

    private static async Task<HttpStatusCode> Open(HttpClient client, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/dashboard/", UriKind.Relative));
        request.Headers.Add("Cookie", cookie);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>A silo with its dashboard on a real HTTP server.</summary>
    public sealed class SiloWithDashboard : IAsyncLifetime
    {
        private WebApplication? _app;

        public async Task InitializeAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection([
                new("Auth:Issuer", Tokens.Issuer), new("Auth:Audience", Tokens.Audience), new("Auth:PublicKeyFile", Tokens.PublicKeyFile)]);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddHeadRequests();
            builder.AddDashboardAccess();
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(FreePort(), FreePort());
                silo.UseDashboard();
            });
            _app = builder.Build();
            _app.MapDashboard();
            await _app.StartAsync();
        }

        public HttpClient Client(string? token = null)
        {
            // Without a cookie container: the tests set the header themselves.
            var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(_app!.Urls.Single()) };
            if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return client;
        }

        public async Task DisposeAsync()
        {
            await _app!.StopAsync();
            await _app.DisposeAsync();
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
