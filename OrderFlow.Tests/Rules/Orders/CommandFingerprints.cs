using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class CommandFingerprints
{
    [Fact]
    public void The_time_of_reservation_counts_where_it_is_sent()
    {
        var hour = Given.Command with { ReserveFor = TimeSpan.FromHours(1) };

        Assert.Equal(CommandFingerprint.Of(hour), CommandFingerprint.Of(hour with { ReserveFor = TimeSpan.FromMinutes(60) }));
        Assert.NotEqual(CommandFingerprint.Of(hour), CommandFingerprint.Of(hour with { ReserveFor = TimeSpan.FromHours(2) }));
        Assert.NotEqual(CommandFingerprint.Of(hour), CommandFingerprint.Of(Given.Command));
    }

    /// <summary>Keys that 1.0.0 stored are repeated after an update.</summary>
    [Fact]
    public void A_command_without_it_has_the_fingerprint_of_1_0_0() =>
        Assert.Equal("10f1b7aa5cdcaa3f19bb6d5d5ecc0075550485880a4a200bbb67dc73eecfc3d5", CommandFingerprint.Of(Given.Command with { AgreedTotal = 20.980m }));
}
