using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Programs;

/// <summary>A setting under a name of 1.0.0 stops the program with a sentence that names the new one.</summary>
public sealed class SettingRenames
{
    public static IEnumerable<object[]> Renamed => RenamedSettings.NewNames.Select(renamed => new object[] { renamed.Key, renamed.Value });

    [Theory, MemberData(nameof(Renamed))]
    public void The_old_name_is_refused_and_the_new_one_is_named(string oldName, string newName)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new(oldName.Replace("__", ":", StringComparison.Ordinal), "1")]);
        builder.Services.AddOptions<HostOptions>().ValidateOnStart();
        using var host = builder.Build();

        var refused = Assert.Throws<OptionsValidationException>(host.ValidateOptions);

        Assert.Equal([$"{oldName} was renamed: set {newName} instead."], refused.Failures);
    }

    [Theory, MemberData(nameof(Renamed))]
    public void The_new_name_is_a_setting_and_the_old_one_is_not(string oldName, string newName)
    {
        var settings = ProgramSettings.Of([.. ProgramSettings.SiloOptions, .. ProgramSettings.ApiOptions]).Select(setting => setting.Variable).ToList();

        Assert.Contains(newName, settings);
        Assert.DoesNotContain(oldName, settings);
    }
}
