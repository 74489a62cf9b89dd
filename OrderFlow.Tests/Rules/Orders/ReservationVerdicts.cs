using OrderFlow.Inventory;
using OrderFlow.Orders;
using static OrderFlow.Inventory.ReserveOutcome;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class ReservationVerdicts
{
    private static readonly ReservationVerdict NextAttempt = new(NeedsNextAttempt: true);

    [Fact]
    public void The_total_is_the_sum_of_all_granted_units_at_the_prices_they_were_granted_at() =>
        Assert.Equal(
            new(TotalAmount: 29.99m),
            Verdict(Answered("sku-1", 3, Granted, price: 9.99m), Answered("sku-2", 2, Granted, price: 0.01m)));

    [Fact]
    public void The_total_of_a_hundred_lines_at_every_limit_fits()
    {
        var answers = Enumerable.Range(1, Limits.OrderLines).Select(number => Answered($"sku-{number}", Limits.Quantity, Granted, price: Limits.UnitPrice));

        Assert.Equal(new(TotalAmount: 100_000_000_000_000.00m), Verdict([.. answers]));
    }

    [Fact]
    public void An_agreed_total_matches_however_many_zeros_it_is_written_with() =>
        Assert.Equal(20m, ReservationVerdict.Of([Answered("sku-1", 2, Granted, price: 10.00m)], agreedTotal: 20m).TotalAmount);

    [Theory]
    [InlineData("19.99", "price changed: the total is 20.00, agreed was 19.99")]
    [InlineData("20.01", "price changed: the total is 20.00, agreed was 20.01")]
    [InlineData("0", "price changed: the total is 20.00, agreed was 0.00")]
    [InlineData("1000000", "price changed: the total is 20.00, agreed was 1000000.00")]
    public void Any_other_total_fails_the_order_and_the_reason_names_both(string agreed, string reason) =>
        Assert.Equal(
            new(FailReason: reason),
            ReservationVerdict.Of([Answered("sku-1", 2, Granted, price: 10.00m)], decimal.Parse(agreed, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Insufficient_stock_fails_the_order_and_the_reason_names_the_product_and_both_numbers() =>
        Assert.Equal(new(FailReason: "insufficient stock: sku-2 wanted 5, available 3"), Verdict(Answered("sku-2", 5, Insufficient, available: 3)));

    [Fact]
    public void An_unknown_product_fails_the_order_and_the_reason_names_it() =>
        Assert.Equal(new(FailReason: "unknown product: sku-9"), Verdict(Answered("sku-9", 5, Unknown)));

    [Fact]
    public void The_reason_names_every_product_with_insufficient_stock_and_then_every_unknown_one_in_order() =>
        Assert.Equal(
            new(FailReason: "insufficient stock: sku-2 wanted 5, available 3, sku-4 wanted 1000000, available 0; unknown product: sku-8, sku-9"),
            Verdict(
                Answered("sku-1", 1, Granted, price: 1),
                Answered("sku-2", 5, Insufficient, available: 3),
                Answered("sku-4", 1_000_000, Insufficient, available: 0),
                Answered("sku-8", 1, Unknown),
                Answered("sku-9", 1, Unknown)));

    [Theory]
    [InlineData(Contended)]
    [InlineData(Superseded)]
    public void One_open_answer_leaves_the_order_undecided(ReserveOutcome open)
    {
        Assert.Equal(NextAttempt, Verdict(Answered("sku-1", 1, open)));
        Assert.Equal(NextAttempt, Verdict(Answered("sku-1", 1, Granted, price: 1), Answered("sku-2", 1, open)));
        Assert.Equal(NextAttempt, Verdict(Answered("sku-1", 1, open), Answered("sku-2", 1, Granted, price: 1)));
    }

    [Fact]
    public void An_incomplete_total_is_not_compared_with_the_agreed_one() =>
        Assert.Equal(NextAttempt, ReservationVerdict.Of([Answered("sku-1", 1, Granted, price: 1), Answered("sku-2", 1, Contended)], agreedTotal: 7m));

    [Theory]
    [InlineData(Contended)]
    [InlineData(Superseded)]
    [InlineData(Granted)]
    public void One_refusal_fails_the_order_whatever_the_other_answers_are(ReserveOutcome other) =>
        Assert.Equal(
            new(FailReason: "insufficient stock: sku-2 wanted 5, available 3"),
            Verdict(Answered("sku-1", 1, other), Answered("sku-2", 5, Insufficient, available: 3)));

    [Fact]
    public void Insufficient_stock_is_the_reason_where_the_price_differs_too() =>
        Assert.Equal(
            new(FailReason: "insufficient stock: sku-2 wanted 5, available 3"),
            ReservationVerdict.Of([Answered("sku-1", 1, Granted, price: 1), Answered("sku-2", 5, Insufficient, available: 3)], agreedTotal: 7m));

    private static ReservationVerdict Verdict(params ReservationAnswer[] answers) => ReservationVerdict.Of(answers, agreedTotal: null);

    private static ReservationAnswer Answered(string productId, long units, ReserveOutcome outcome, decimal price = 0, long available = 0) =>
        new(productId, units, new(outcome, price, available));
}
