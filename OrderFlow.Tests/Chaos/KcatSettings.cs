namespace OrderFlow.Tests.Chaos;

/// <summary>Scripts reach Kafka with the silo's settings: <c>infra/lib/kcat.sh</c>.</summary>
public sealed class KcatSettings : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-kcat-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Settings_of_the_environment_are_passed_in_a_private_file()
    {
        Keep("");

        var said = await Run("""
            export Kafka__SecurityProtocol=SaslSsl Kafka__SaslMechanism=ScramSha512 Kafka__SaslUsername=given Kafka__SaslPassword='p $w=d' Kafka__SslCaLocation=/etc/ca.pem
            kcat_run -C -t order.created; stat --format=%a "$RUN_DIR/kcat.conf"; ls "$RUN_DIR" | grep -c kcat.conf
            """);

        Assert.Equal(
            [
                "security.protocol=SASL_SSL", "sasl.mechanism=SCRAM-SHA-512", "sasl.username=given", "sasl.password=p $w=d", "ssl.ca.location=/etc/ca.pem",
                "-b kafka:9093 -C -t order.created", "600", "1",
            ],
            said);
    }

    [Fact]
    public async Task Without_settings_in_the_environment_those_of_the_silo_are_used()
    {
        Keep("export Kafka__SaslPassword=p\\ \\$w=d\nexport Kafka__SaslUsername=kept\n");

        Assert.Equal(["sasl.username=kept", "sasl.password=p $w=d", "-b kafka:9093 -L"], await Run("kcat_run -L"));
    }

    [Fact]
    public async Task A_user_of_the_environment_is_not_combined_with_the_password_of_a_silo()
    {
        Keep("export Kafka__SaslPassword=kept\nexport Kafka__SaslUsername=kept\nexport Kafka__SecurityProtocol=SaslSsl\n");

        Assert.Equal(["sasl.username=given", "-b kafka:9093 -L"], await Run("export Kafka__SaslUsername=given; kcat_run -L"));
    }

    [Fact]
    public async Task Two_calls_at_once_read_complete_settings()
    {
        Keep("export Kafka__SaslUsername=kept Kafka__SaslPassword=kept\n");

        // The second begins to write when the first has written one of two lines.
        var said = await Run("kcat_name() { sleep 0.4; printf %s \"$1\"; }; kcat_run -L & sleep 0.6; kcat_run -L; wait");

        string[] once = ["SaslUsername=kept", "SaslPassword=kept", "-b kafka:9093 -L"];
        Assert.Equal([.. once, .. once], said);
    }

    [Fact]
    public async Task Without_any_settings_the_file_is_empty() => Assert.Equal(["-b kafka:9093 -L"], await Run("kcat_run -L"));

    private void Keep(string settings)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "programs"));
        File.WriteAllText(Path.Combine(_directory, "programs", "silo-1.settings"), settings);
    }

    /// <summary>Runs with a kcat that prints its settings file and its other arguments.</summary>
    private async Task<string[]> Run(string lines)
    {
        var kcat = Path.Combine(_directory, "kcat");
        File.WriteAllText(kcat, "#!/bin/bash\n[[ $1 == -F ]] && cat \"$2\" && shift 2 && echo \"$@\"\n");
        var (status, said) = await Scripts.Shell($"""chmod +x {kcat}; RUN_DIR={_directory} PATH={_directory}:$PATH ORDERFLOW_KAFKA=kafka:9093; source infra/lib/kcat.sh; """ + lines);
        Assert.True(status == 0, said);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
