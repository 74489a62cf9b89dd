using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using OrderFlow.Tests.Api;

namespace OrderFlow.Tests.Rules;

/// <summary>Which keys of a JSON Web Key Set are used.</summary>
public sealed class JsonWebKeySets
{
    private static readonly string Rsa = LoopbackProvider.Jwk("rsa", Tokens.Rsa).ToJsonString();
    private static readonly string Ec = LoopbackProvider.Jwk("ec", Tokens.Ec).ToJsonString();

    public static TheoryData<string, string> Ignored
    {
        get
        {
            using var small = RSA.Create(1024);
            using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            return new()
            {
                { "1,024 bits", LoopbackProvider.Jwk("small", small).ToJsonString() },
                { "P-384", LoopbackProvider.Jwk("p384", p384).ToJsonString().Replace("P-256", "P-384", StringComparison.Ordinal) },
                { "coordinates of another curve", LoopbackProvider.Jwk("p384", p384).ToJsonString() },
                { "for encryption", Rsa.Replace("\"sig\"", "\"enc\"", StringComparison.Ordinal) },
                { "another algorithm", Rsa.Replace("RS256", "RS512", StringComparison.Ordinal) },
                { "symmetric", """{"kty":"oct","kid":"secret","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}""" },
                { "Ed25519", """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""" },
                { "no modulus", """{"kty":"RSA","kid":"none","e":"AQAB"}""" },
                { "no base64url", """{"kty":"RSA","kid":"none","n":"!","e":"AQAB"}""" },
                { "no type", """{"kid":"none"}""" },
                { "a type that is a number", """{"kty":7}""" },
                { "a type that is broken text", "{\"kty\":\"\\ud800\"}" },
                { "a number", "7" },
                { "nothing", "null" },
            };
        }
    }

    [Theory, MemberData(nameof(Ignored))]
    public void A_key_that_cannot_be_used_is_ignored(string why, string jwk) =>
        Assert.Equal((why, "rsa,ec"), (why, string.Join(',', JsonWebKeys.Parse($$"""{"keys":[{{Rsa}},{{jwk}},{{Ec}}]}""").Select(key => key.KeyId))));

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"keys":{}}""")]
    public void What_is_no_key_set_is_an_error(string json) => Assert.Throws<InvalidDataException>(() => JsonWebKeys.Parse(json));

    [Fact]
    public void The_number_of_keys_is_bounded() =>
        Assert.Equal(JsonWebKeys.MaxKeys, JsonWebKeys.Parse($$"""{"keys":[{{string.Join(',', Enumerable.Repeat(Ec, 100))}}]}""").Count);

    [Fact]
    public void A_key_that_stays_is_the_same_object_and_one_that_changes_under_its_id_is_not()
    {
        var before = new KeySet("i", JsonWebKeys.Parse($$"""{"keys":[{{Rsa}},{{Ec}}]}"""));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var after = new KeySet("i", JsonWebKeys.Parse($$"""{"keys":[{{LoopbackProvider.Jwk("ec", other).ToJsonString()}},{{Rsa}}]}""")).Reuse(before);
        Assert.Equal(["ec", "rsa"], after.Keys.Select(key => key.KeyId));
        Assert.Same(before.Keys[0], after.Keys[1]);
        Assert.False(after.Holds(before.Keys[1]));
        Assert.True(after.Holds(before.Keys[0]));
    }

    [Fact]
    public void A_key_id_selects_its_keys_and_those_without_one()
    {
        var keys = new KeySet("i", [new RsaSecurityKey(Tokens.Rsa) { KeyId = "a" }, new RsaSecurityKey(Tokens.Rsa) { KeyId = "b" }, new ECDsaSecurityKey(Tokens.Ec)]);
        Assert.Equal(["a", null], keys.For("a").Select(key => key.KeyId));
        Assert.Equal([null], keys.For("c").Select(key => key.KeyId));
        Assert.Equal(["a", "b", null], keys.For("").Select(key => key.KeyId));
    }
}
