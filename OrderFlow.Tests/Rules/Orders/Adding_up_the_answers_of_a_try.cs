using OrderFlow.Inventory;
using OrderFlow.Orders;
using static OrderFlow.Inventory.ReserveOutcome;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class Adding_up_the_answers_of_a_try
{
    private static readonly ReservationVerdict TryAgain = new(TryAgain: true);

    [Fact]
    public void Makes_the_total_of_all_granted_pieces_at_the_prices_they_were_granted() =>
        Assert.Equal(
            new(TotalAmount: 29.99m),
            Verdict(Answered("sku-1", 3, Granted, price: 9.99m), Answered("sku-2", 2, Granted, price: 0.01m)));

    [Fact]
    public void Makes_a_total_that_fits_where_a_hundred_lines_are_at_every_limit()
    {
        var answers = Enumerable.Range(1, Limits.OrderLines).Select(number => Answered($"sku-{number}", Limits.Quantity, Granted, price: Limits.UnitPrice));

        Assert.Equal(new(TotalAmount: 100_000_000_000_000.00m), Verdict([.. answers]));
    }

    [Fact]
    public void Reserves_at_the_agreed_total_however_many_zeros_it_is_written_with() =>
        Assert.Equal(20m, ReservationVerdict.Of([Answered("sku-1", 2, Granted, price: 10.00m)], agreedTotal: 20m).TotalAmount);

    [Theory]
    [InlineData("19.99", "price changed: the total is 20.00, agreed was 19.99")]
    [InlineData("20.01", "price changed: the total is 20.00, agreed was 20.01")]
    [InlineData("0", "price changed: the total is 20.00, agreed was 0.00")]
    [InlineData("1000000", "price changed: the total is 20.00, agreed was 1000000.00")]
    public void Fails_at_any_other_total_and_says_both(string agreed, string reason) =>
        Assert.Equal(
            new(FailReason: reason),
            ReservationVerdict.Of([Answered("sku-1", 2, Granted, price: 10.00m)], decimal.Parse(agreed, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Fails_for_a_shortage_and_names_the_product_and_both_numbers() =>
        Assert.Equal(new(FailReason: "insufficient stock: sku-2 wanted 5, available 3"), Verdict(Answered("sku-2", 5, Insufficient, available: 3)));

    [Fact]
    public void Fails_for_an_unknown_product_and_names_it() =>
        Assert.Equal(new(FailReason: "unknown product: sku-9"), Verdict(Answered("sku-9", 5, Unknown)));

    [Fact]
    public void Fails_with_every_short_product_and_then_every_unknown_one_in_the_order_they_were_asked() =>
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
    public void Decides_nothing_while_one_answer_is_open(ReserveOutcome open)
    {
        Assert.Equal(TryAgain, Verdict(Answered("sku-1", 1, open)));
        Assert.Equal(TryAgain, Verdict(Answered("sku-1", 1, Granted, price: 1), Answered("sku-2", 1, open)));
        Assert.Equal(TryAgain, Verdict(Answered("sku-1", 1, open), Answered("sku-2", 1, Granted, price: 1)));
    }

    [Fact]
    public void Tries_again_rather_than_compare_a_price_that_is_not_complete() =>
        Assert.Equal(TryAgain, ReservationVerdict.Of([Answered("sku-1", 1, Granted, price: 1), Answered("sku-2", 1, Contended)], agreedTotal: 7m));

    [Theory]
    [InlineData(Contended)]
    [InlineData(Superseded)]
    [InlineData(Granted)]
    public void Fails_at_the_first_refusal_whatever_the_others_answered(ReserveOutcome other) =>
        Assert.Equal(
            new(FailReason: "insufficient stock: sku-2 wanted 5, available 3"),
            Verdict(Answered("sku-1", 1, other), Answered("sku-2", 5, Insufficient, available: 3)));

    [Fact]
    public void Fails_for_the_shortage_and_not_for_the_price_where_both_are_wrong() =>
        Assert.Equal(
            new(FailReason: "insufficient stock: sku-2 wanted 5, available 3"),
            ReservationVerdict.Of([Answered("sku-1", 1, Granted, price: 1), Answered("sku-2", 5, Insufficient, available: 3)], agreedTotal: 7m));

    private static ReservationVerdict Verdict(params ReservationAnswer[] answers) => ReservationVerdict.Of(answers, agreedTotal: null);

    private static ReservationAnswer Answered(string productId, long pieces, ReserveOutcome outcome, decimal price = 0, long available = 0) =>
        new(productId, pieces, new(outcome, price, available));
}
