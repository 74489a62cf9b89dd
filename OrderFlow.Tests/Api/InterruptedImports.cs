using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>An import during which silos are lost says what became of each row, and is continued with its key.</summary>
public sealed class InterruptedImports : IDisposable
{
    private const string ThreeRows = """
        {"items":[{"productId":"a","availableQuantity":1,"unitPrice":1},{"productId":"b","availableQuantity":2,"unitPrice":1},{"productId":"c","availableQuantity":3,"unitPrice":1}]}
        """;

    private readonly Guid _importId = Guid.NewGuid();
    private readonly ConcurrentQueue<string> _operations = new();
    private readonly TaskCompletionSource _othersAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;
    private readonly HttpClient _admin;

    public InterruptedImports()
    {
        _grains.Answer<IStockImportGrain>((_, _) => Task.FromResult(new StockImport(_operations.IsEmpty ? KeyUse.First : KeyUse.Repeated, _importId)));
        _api = new(_grains.Factory);
        _admin = _api.As(Tokens.Admin);
    }

    [Fact]
    public async Task Its_answer_says_of_each_row_whether_it_is_written_and_the_repeat_writes_the_others_as_the_same_operations()
    {
        var wasLost = false;
        _grains.Answer<IStockAdminGrain>((_, arguments) =>
        {
            switch (((StockOperation)arguments[0]!).Id[^1])
            {
                case '0': return Asked(arguments, Imported("a", wasRepeated: false));
                case '1' when !wasLost:
                    wasLost = true;
                    return Asked(arguments, Task.FromException<StockResult>(new TimeoutException("the answer was lost")));
                default: return RefuseAfterOthers();   // a silo of 1.0.0
            }
        });

        var interrupted = await _admin.Ask("POST", "/inventory/import", ThreeRows, ("Idempotency-Key", "the-key"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (interrupted.Status, interrupted.IsReplay));
        Assert.Equal(
            """[{"productId":"a","status":"imported"},{"productId":"b","status":"unknown"},{"productId":"c","status":"notImported"}]""",
            interrupted.Body["items"]!.ToJsonString());
        Assert.StartsWith("1 of 3 rows are known to be imported. Send the request again with the same Idempotency-Key", (string?)interrupted.Body["detail"], StringComparison.Ordinal);
        Assert.Equal([IdOf(0), IdOf(1)], _operations.Distinct().Order(StringComparer.Ordinal));

        _operations.Clear();
        _operations.Enqueue("an earlier one");
        _grains.Answer<IStockAdminGrain>((_, arguments) => Asked(arguments, Imported("a", wasRepeated: ((StockOperation)arguments[0]!).Id[^1] == '0')));
        var completed = await _admin.Ask("POST", "/inventory/import", ThreeRows, ("Idempotency-Key", "the-key"));

        Assert.Equal((HttpStatusCode.OK, false, 3), (completed.Status, completed.IsReplay, (int)completed.Body["imported"]!));   // rows were missing
        Assert.Equal([IdOf(0), IdOf(1), IdOf(2)], _operations.Skip(1).Order(StringComparer.Ordinal));
        Assert.Empty(_api.Errors);
    }

    [Fact]
    public async Task Once_it_is_interrupted_no_more_rows_are_sent()
    {
        var rows = string.Join(',', Enumerable.Range(0, 1_000).Select(number => $$"""{"productId":"p{{number}}","availableQuantity":1,"unitPrice":1}"""));
        _grains.Answer<IStockAdminGrain>((_, _) => Task.FromResult(new StockResult(Outcome.Unsupported)));   // its silo is of 1.0.0

        var answer = await _admin.Ask("POST", "/inventory/import", $$"""{"items":[{{rows}}]}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal(1_000, answer.Body["items"]!.AsArray().Count(row => (string?)row!["status"] == "notImported"));
        Assert.InRange(_grains.Asked.Count, 1, 64);
    }

    [Fact]
    public async Task An_import_that_times_out_says_what_became_of_each_row_too()
    {
        var rows = string.Join(',', Enumerable.Range(0, 100).Select(number => $$"""{"productId":"p{{number}}","availableQuantity":1,"unitPrice":1}"""));
        var never = new TaskCompletionSource<StockResult>();
        _grains.Answer<IStockAdminGrain>((_, arguments) => ((StockOperation)arguments[0]!).Id.EndsWith("/0", StringComparison.Ordinal)
            ? Imported("p0", wasRepeated: false)
            : never.Task);
        using var api = new ApiProgram(_grains.Factory, ("Requests:Timeout", "00:00:05"));
        using var admin = api.As(Tokens.Admin);

        var answer = await admin.Ask("POST", "/inventory/import", $$"""{"items":[{{rows}}]}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        var statuses = answer.Body["items"]!.AsArray().Select(row => (string?)row!["status"]).ToList();
        Assert.Equal((100, "imported"), (statuses.Count, statuses[0]));
        Assert.Equal(99, statuses.Count(status => status == "unknown") + statuses.Count(status => status == "notImported"));
        Assert.Equal(_grains.Asked.Count - 1, statuses.Count(status => status == "unknown"));   // sent and not answered
    }

    public void Dispose()
    {
        _admin.Dispose();
        _api.Dispose();
    }

    private static Task<StockResult> Imported(string productId, bool wasRepeated) => Task.FromResult(
        new StockResult(Outcome.Ok, new StockItem(productId, 1, 0, 1, TimeProvider.System.GetUtcNow(), Version: 1), WasRepeated: wasRepeated));

    private string IdOf(int row) => string.Create(CultureInfo.InvariantCulture, $"{_importId:N}/{row}");

    private Task<StockResult> Asked(object?[] arguments, Task<StockResult> result)
    {
        _operations.Enqueue(((StockOperation)arguments[0]!).Id);
        if (_operations.Distinct().Count() == 2) _othersAsked.TrySetResult();
        return result;
    }

    /// <summary>Refuses, once both other rows were asked for: after a refusal no more rows are sent.</summary>
    private async Task<StockResult> RefuseAfterOthers()
    {
        await _othersAsked.Task;
        return new(Outcome.Unsupported);
    }
}
