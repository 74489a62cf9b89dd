namespace OrderFlow.Tests.Rules;

public sealed class Outages
{
    private readonly Outage _outage = new();

    [Fact]
    public void Begin_and_end_once_however_often_they_are_noted()
    {
        Assert.False(_outage.End());
        Assert.Null(_outage.Reason);

        Assert.True(_outage.Begin());
        Assert.False(_outage.Begin());

        Assert.True(_outage.End());
        Assert.False(_outage.End());
        Assert.True(_outage.Begin());
    }

    [Fact]
    public void Begin_again_for_another_reason()
    {
        Assert.True(_outage.Begin("the disk is full"));
        Assert.False(_outage.Begin("the disk is full"));
        Assert.True(_outage.Begin("the database is read-only"));

        Assert.Equal("the database is read-only", _outage.Reason);
        Assert.True(_outage.End());
        Assert.Null(_outage.Reason);
    }
}
