using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class SequentialReservation
{
    [Theory]
    [InlineData(new[] { ReserveOutcome.Granted, ReserveOutcome.Granted, ReserveOutcome.Granted }, 3)]
    [InlineData(new[] { ReserveOutcome.Granted, ReserveOutcome.Contended, ReserveOutcome.Granted }, 2)]
    [InlineData(new[] { ReserveOutcome.Superseded, ReserveOutcome.Granted, ReserveOutcome.Granted }, 1)]
    [InlineData(new[] { ReserveOutcome.Insufficient, ReserveOutcome.Contended, ReserveOutcome.Unknown }, 3)]
    public async Task Goes_by_product_id_and_stops_at_the_first_open_answer_unless_one_was_a_refusal(ReserveOutcome[] answers, int asked)
    {
        var next = 0;
        var grains = GivenGrains.Make().Answer<IStockItemGrain>((_, _) => Task.FromResult(new ReserveResult(answers[next++])));
        var order = Given.Pending with { Items = [new("c", 1), new("a", 1), new("b", 1)] };

        var given = await new OrderStock(grains.Factory, order).ReserveSequentially();

        Assert.Equal(new[] { "a", "b", "c" }.Take(asked), given.Select(answer => answer.ProductId));
        Assert.Equal(answers.Take(asked), given.Select(answer => answer.Result.Outcome));
    }
}
