using System.Collections.Immutable;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class RepeatedPlacement
{
    private static readonly Guid Request = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly OrderDecision Taken = OrderDecision.IdTaken;

    [Theory, MemberData(nameof(StatusChanges.Statuses), MemberType = typeof(StatusChanges))]
    public void The_same_user_with_the_same_body_is_a_repeat_and_changes_nothing(OrderStatus status)
    {
        var sameBody = Given.Command with { Items = [.. Given.Lines] };

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.In(status), sameBody));
    }

    [Theory, MemberData(nameof(StatusChanges.Statuses), MemberType = typeof(StatusChanges))]
    public void The_request_that_placed_it_is_a_repeat_and_any_other_needs_another_id_even_with_the_same_body(OrderStatus status)
    {
        var order = Given.In(status) with { RequestId = Request };

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(order, Given.Command with { RequestId = Request }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(order, Given.Command with { RequestId = Guid.NewGuid() }));
    }

    [Fact]
    public void The_request_decides_also_after_deletion()
    {
        var order = Given.Deleted with { RequestId = Request };

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(order, Given.Command with { RequestId = Request }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(order, Given.Command with { RequestId = Guid.NewGuid() }));
    }

    [Fact]
    public void User_and_body_decide_where_order_or_command_has_no_request()
    {
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { RequestId = Request }));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Pending with { RequestId = Request }, Given.Command));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { RequestId = Request, Items = Given.Lines[..1] }));
    }

    [Fact]
    public void An_admin_who_places_it_for_the_same_user_repeats_it() =>
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Admin }));

    [Fact]
    public void An_equal_agreed_total_is_a_repeat_however_many_zeros_it_is_written_with()
    {
        var order = Given.Pending with { AgreedTotal = 20m };

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(order, Given.Command with { AgreedTotal = 20.00m }));
    }

    [Fact]
    public void Another_user_with_the_same_body_needs_another_id()
    {
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Bob, UserId = "bob" }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Bob }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { By = Given.Admin, UserId = "bob" }));
    }

    public static TheoryData<string> OtherLines => ["one more", "one less", "other product", "other quantity", "other order of lines", "lines summed"];

    [Theory]
    [MemberData(nameof(OtherLines))]
    public void Other_lines_need_another_id(string difference)
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
    public void Another_agreed_total_needs_another_id()
    {
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { AgreedTotal = 0 }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending with { AgreedTotal = 20.98m }, Given.Command));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending with { AgreedTotal = 20.98m }, Given.Command with { AgreedTotal = 20.99m }));
    }

    [Fact]
    public void Another_time_of_reservation_needs_another_id_and_none_stands_for_any()
    {
        var (minute, hour) = (TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Pending with { ReserveFor = minute }, Given.Command with { ReserveFor = minute }));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Pending with { ReserveFor = minute }, Given.Command));   // which has the default
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending with { ReserveFor = minute }, Given.Command with { ReserveFor = hour }));
        Assert.Equal(Taken, OrderLifecycle.PlaceAgain(Given.Pending, Given.Command with { ReserveFor = hour }));
    }

    [Fact]
    public void A_repeat_after_deletion_changes_nothing() =>
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Deleted, Given.Command));
}
