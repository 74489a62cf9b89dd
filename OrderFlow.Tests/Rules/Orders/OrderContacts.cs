using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class OrderContacts
{
    private const string Address = "anna@mail.example";

    private static readonly PlaceOrder Command = Given.Command with { Contact = new(Address, "de") };
    private static readonly OrderState Placed = Given.Next(OrderLifecycle.Place(42, Command, Given.Earlier));

    [Theory]
    [InlineData(null, null, null, null, null)]
    [InlineData(null, null, "token@mail.example", "token@mail.example", null)]
    [InlineData(null, "de", "token@mail.example", "token@mail.example", "de")]
    [InlineData(Address, null, "token@mail.example", Address, null)]
    [InlineData(Address, "de", null, Address, "de")]
    public void Are_what_the_request_names_and_else_what_the_token_says(string? email, string? locale, string? token, string? expectedEmail, string? expectedLocale)
    {
        var command = Given.Command with
        {
            Contact = email is null && locale is null ? null : new(email, locale),
            DefaultContact = token is null ? null : new(token),
        };

        var placed = Given.Next(OrderLifecycle.Place(42, command, Given.Now));

        Assert.Equal(expectedEmail is null ? null : new OrderContact(expectedEmail, expectedLocale), placed.Contact);
        Assert.Equal((placed.Contact, placed.Contact), (placed.ToOrder().Contact, placed.AsPlaced().Contact));
    }

    [Fact]
    public void Are_removed_with_the_order()
    {
        Assert.Null(Given.Next(OrderLifecycle.Delete(Placed, Given.Alice, Given.Now)).Contact);
        Assert.Null(Given.Next(OrderLifecycle.Delete(Given.Failed with { Contact = new(Address) }, Given.Alice, Given.Now)).Contact);
    }

    [Fact]
    public void Are_removed_without_an_event_and_once()
    {
        var decision = OrderLifecycle.RemoveContact(Placed, Given.Now);

        Assert.Equal(Placed with { Contact = null, Version = 2, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.RemoveContact(decision.Next!, Given.Now));
    }

    /// <summary>1.0.0 leaves the contact of an order that it deletes.</summary>
    [Fact]
    public void Are_removed_from_a_tombstone_row_too()
    {
        var removed = OrderLifecycle.RemoveContact(Given.Deleted with { Contact = new(Address) }, Given.Now);
        Assert.Equal(Given.Deleted with { Version = Given.Deleted.Version + 1, UpdatedAt = Given.Now }, removed.Next);
    }

    [Fact]
    public void Of_an_order_with_an_unknown_status_are_left_alone()
    {
        var decision = OrderLifecycle.RemoveContact(Placed with { Status = OrderStatus.Unknown, UnknownStatus = "returned" }, Given.Now);
        Assert.Equal((Outcome.Conflict, null), (decision.Outcome, decision.Next));
    }

    [Theory]
    [InlineData(Address, "de", true)]
    [InlineData("ANNA@mail.example", "de", true)]
    [InlineData(null, "de", true)]
    [InlineData("bob@mail.example", "de", false)]
    [InlineData(Address, "en", false)]
    [InlineData(Address, null, false)]
    public void Named_by_a_repeat_must_be_those_of_the_order(string? email, string? locale, bool isRepeat)
    {
        var again = Command with { Contact = new(email, locale), DefaultContact = new("another@mail.example") };
        Assert.Equal(isRepeat ? OrderDecision.NoChange : OrderDecision.KeyReused, OrderLifecycle.PlaceAgain(Placed, again));
    }

    [Fact]
    public void Of_the_token_may_differ_between_repeats()
    {
        var order = Given.Next(OrderLifecycle.Place(42, Given.Command with { DefaultContact = new("old@mail.example") }, Given.Now));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(order, Given.Command with { DefaultContact = new("new@mail.example") }));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(order, Given.Command));
    }

    [Fact]
    public void That_were_removed_conflict_with_no_repeat()
    {
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Placed with { Contact = null }, Command));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.PlaceAgain(Given.Next(OrderLifecycle.Delete(Placed, Given.Alice, Given.Now)), Command));
    }

    [Fact]
    public void Are_in_a_fingerprint_only_as_such()
    {
        var fingerprint = CommandFingerprint.Of(Command);
        Assert.Equal(fingerprint, CommandFingerprint.Of(Command with { Contact = new("bob@mail.example"), DefaultContact = new("c@mail.example") }));
        Assert.NotEqual(fingerprint, CommandFingerprint.Of(Given.Command));
    }

    [Fact]
    public void Are_not_shown_by_what_holds_them()
    {
        var job = new OrderFlow.Notifications.NotificationJob("42-2", 42, "alice", "order.reserved", "text", Email: Address);
        Assert.All(
            new object[] { Command, Placed, Placed.ToOrder(), Placed.Contact!, new OrderRecord(Placed), job },
            holder => Assert.DoesNotContain(Address, holder.ToString(), StringComparison.Ordinal));
    }
}
