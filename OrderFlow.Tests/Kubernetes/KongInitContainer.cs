using System.Security.Cryptography;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>The init container of Kong's pod writes the public key for tokens into Kong's file.</summary>
public sealed class KongInitContainer
{
    [KubectlFact]
    public void An_RSA_key_is_written_for_RS256()
    {
        using var key = RSA.Create(2048);

        AssertWritten(key.ExportSubjectPublicKeyInfoPem(), "RS256");
    }

    [KubectlFact]
    public void A_key_on_P256_is_written_for_ES256()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        AssertWritten(key.ExportSubjectPublicKeyInfoPem(), "ES256");
    }

    private static void AssertWritten(string pem, string algorithm)
    {
        var written = Yaml.Documents(Run(pem)).Single()!;
        var expected = Yaml.Documents(RepositoryFiles.Read("infra/kong/kong.yml")).Single()!;
        foreach (var consumer in expected["consumers"]!.AsArray())
        {
            consumer!["jwt_secrets"]![0]!["algorithm"] = algorithm;
            consumer["jwt_secrets"]![0]!["rsa_public_key"] = $"{pem}\n";
        }

        Assert.Equal(expected.ToJsonString(), written.ToJsonString());
    }

    /// <summary>Runs the container's script with temporary folders in place of its mounts.</summary>
    private static string Run(string pem)
    {
        var container = Assert.Single(Overlay.Named(Overlay.Dev).Workload("kong").Pod.InitContainers);
        var folder = Directory.CreateTempSubdirectory("orderflow-kong-").FullName;
        try
        {
            var script = container.Args.Single();
            foreach (var mount in container.VolumeMounts)
            {
                Directory.CreateDirectory(Path.Combine(folder, mount.Name));
                script = script.Replace($"{mount.MountPath}/", $"{folder}/{mount.Name}/", StringComparison.Ordinal);
            }

            File.WriteAllText(Path.Combine(folder, "token-keys", "public.pem"), $"{pem}\n");
            File.WriteAllText(Path.Combine(folder, "template", "kong.yml"), RepositoryFiles.Read("infra/kong/kong.yml"));
            Kubectl.Run(container.Command[0], [.. container.Command.Skip(1), script]);
            return File.ReadAllText(Path.Combine(folder, "file", "kong.yml"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
