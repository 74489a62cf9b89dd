using System.Collections.Immutable;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class Placing_an_order_again
{
    private static readonly OrderDecision Taken = OrderDecision.Refuse("order 42 exists already");

    [Theory]
    [InlineData(OrderStatus.Pending)]
    [InlineData(OrderStatus.Reserved)]
    [InlineData(OrderStatus.Failed)]
    [InlineData(OrderStatus.Cancelled)]
    public void Is_fine_and_changes_nothing_for_the_same_user_with_the_same_body(OrderStatus status)
    {
        var sameBody = Given.Command with { Items = [.. Given.Lines] };

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.In(status), sameBody));
    }

    [Fact]
    public void Is_fine_for_an_admin_who_places_it_for_the_same_user() =>
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Admin }));

    [Fact]
    public void Is_fine_with_the_same_agreed_total_however_many_zeros_it_is_written_with()
    {
        var order = Given.Pending with { AgreedTotal = 20m };

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(order, Given.Command with { AgreedTotal = 20.00m }));
    }

    [Fact]
    public void Is_a_conflict_for_another_user_with_the_same_body()
    {
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Bob, UserId = "bob" }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Bob }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Admin, UserId = "bob" }));
    }

    public static TheoryData<string> OtherLines => ["one more", "one less", "other product", "other quantity", "other order of lines", "lines summed"];

    [Theory]
    [MemberData(nameof(OtherLines))]
    public void Is_a_conflict_with_other_lines(string difference)
    {
        ImmutableArray<OrderLine> lines = difference switch
        {
            "one more" => [.. Given.Lines, new("sku-3", 1)],
            "one less" => Given.Lines[..1],
            "other product" => [new("sku-1", 2), new("sku-3", 1)],
            "other quantity" => [new("sku-1", 2), new("sku-2", 2)],
            "other order of lines" => [Given.Lines[1], Given.Lines[0]],
            _ => [new("sku-1", 1), new("sku-1", 1), new("sku-2", 1)],
        };

        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { Items = lines }));
    }

    [Fact]
    public void Is_a_conflict_with_another_agreed_total()
    {
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { AgreedTotal = 0 }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending with { AgreedTotal = 20.98m }, Given.Command));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending with { AgreedTotal = 20.98m }, Given.Command with { AgreedTotal = 20.99m }));
    }

    [Fact]
    public void Changes_nothing_where_the_order_was_deleted_since() =>
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Deleted, Given.Command));
}
