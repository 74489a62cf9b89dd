using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using DescriptionPaths = OrderFlow.Api.OpenApi.OpenApiSetup;
using RequestBodies = OrderFlow.Api.Http.JsonBody;

namespace OrderFlow.Tests.OpenApi;

/// <summary><c>docs/openapi.json</c> is what the program serves, and is complete.</summary>
public sealed partial class OpenApiContract : IDisposable
{
    private static readonly OpenApiFile Document = OpenApiFile.Committed;

    private readonly ApiProgram _api = new(GivenGrains.Make().Factory);

    public static TheoryData<string> OperationIds => [.. Document.Operations.Select(operation => operation.Id)];

    public static TheoryData<string> SchemaNames => [.. Document.Schemas.Select(schema => schema.Key)];

    [Fact]
    public async Task The_committed_copy_is_what_is_served_to_anyone()
    {
        using var anyone = _api.As(null);
        using var answer = await anyone.GetAsync(new Uri(DescriptionPaths.Address, UriKind.Relative));
        var served = await answer.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.True(served == Document.Text, "docs/openapi.json is not what is served; to write it anew: curl -so docs/openapi.json localhost:8080/openapi/v1.json");
        Assert.Equal("3.1", ((string)Document.Json["openapi"]!)[..3]);
    }

    [Fact]
    public void Every_route_is_described_and_nothing_else()
    {
        using var anyone = _api.As(null);   // starts the program
        var routes =
            from endpoint in _api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            let path = "/" + Constraint().Replace(endpoint.RoutePattern.RawText!, "").Trim('/')
            where !path.StartsWith(DescriptionPaths.PageAddress, StringComparison.Ordinal) && path != DescriptionPaths.Address
            from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
            select $"{method} {path}";

        Assert.Equal(routes.Order(StringComparer.Ordinal), Document.Operations.Select(each => $"{each.Method} {each.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_shows_the_document_and_loads_nothing_from_elsewhere()
    {
        using var anyone = _api.As(null);
        using var answer = await anyone.GetAsync(new Uri(DescriptionPaths.PageAddress + "/", UriKind.Relative));
        var page = await answer.Content.ReadAsStringAsync();

        // The page would not work under the policy of all other responses.
        Assert.StartsWith("default-src 'self'; script-src 'self' 'unsafe-inline';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        Assert.Contains(DescriptionPaths.Address[1..], page, StringComparison.Ordinal);
        foreach (var vendors in new[] { "\"showDeveloperTools\":\"never\"", "\"hideClientButton\":true", "\"telemetry\":false", "\"agent\":{\"disabled\":true}", "\"mcp\":{\"disabled\":true}" })
            Assert.Contains(vendors, page, StringComparison.Ordinal);
        Assert.DoesNotContain("//", page.Replace("<!--", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var sources = Source().Matches(page).Select(match => match.Groups["address"].Value).ToList();
        Assert.Equal(2, sources.Count);
        foreach (var source in sources)
        {
            using var script = await anyone.GetAsync(new Uri($"{DescriptionPaths.PageAddress}/{source}", UriKind.Relative));
            Assert.Equal((source, HttpStatusCode.OK), (source, script.StatusCode));
        }
    }

    [Theory, MemberData(nameof(OperationIds))]
    public void An_operation_has_descriptions_and_examples(string id)
    {
        var operation = Document[id];

        Assert.Matches("^[A-Z].*[^.]$", (string?)operation.Json["summary"]);
        Assert.Single(operation.Json["tags"]!.AsArray());
        Assert.All(operation.Parameters, parameter =>
        {
            Assert.EndsWith(".", (string?)parameter["description"], StringComparison.Ordinal);
            AssertValid(parameter["schema"]!, parameter["example"]!);
        });
        if (operation.Json["requestBody"] is not null)
        {
            Assert.NotEmpty(operation.Body!["examples"]!.AsObject());
            Assert.All(operation.Body["examples"]!.AsObject(), example => AssertValid(operation.Body["schema"]!, example.Value!["value"]!));
        }

        Assert.All(operation.Statuses, status =>
        {
            var answer = Document.Answer(operation, status);
            Assert.EndsWith(".", (string?)answer["description"], StringComparison.Ordinal);
            if (status == 304)
            {
                Assert.Null(answer["content"]);
                return;
            }

            var (type, content) = Assert.Single(answer["content"]!.AsObject());
            Assert.Equal(status >= 400 ? "application/problem+json" : operation.IsStream ? "text/event-stream" : "application/json", type);
            AssertValid(content!["schema"]!, content["example"]!);
            Assert.All(answer["headers"]?.AsObject() ?? new JsonObject(), header => AssertValid(header.Value!["schema"]!, header.Value["example"]!));
        });
    }

    [Fact]
    public void Operation_ids_are_unique() =>
        Assert.Equal(Document.Operations.Count, Document.Operations.Select(operation => operation.Id).Distinct().Count());

    [Theory, MemberData(nameof(SchemaNames))]
    public void A_schema_describes_each_member(string name)
    {
        var schema = Document.Schemas[name]!;

        Assert.NotEqual("", (string?)schema["description"] ?? "");
        Assert.All(schema["properties"]!.AsObject(), member => Assert.NotEqual((member.Key, ""), (member.Key, (string?)member.Value!["description"] ?? "")));
        Assert.Subset(
            schema["properties"]!.AsObject().Select(member => member.Key).ToHashSet(), (schema["required"]?.AsArray() ?? []).Select(member => (string)member!).ToHashSet());
    }

    [Fact]
    public void The_document_has_the_bounds_of_the_validation()
    {
        var order = Document.Schemas["PlaceOrder"]!["properties"]!;
        var line = Document.Schemas["PlaceOrderLine"]!["properties"]!;
        var stock = Document.Schemas["SetStock"]!["properties"]!;
        var rows = Document.Schemas["ImportStock"]!["properties"]!["items"]!;
        var correction = Document.Schemas["AdjustStock"]!["properties"]!;
        var limit = Document["listOrders"].Parameters.Single(parameter => (string?)parameter["name"] == "limit")["schema"]!;

        var change = Document.Schemas["ChangeStatus"]!["properties"]!;
        var tracking = Document.Schemas["ChangeStatusTracking"]!["properties"]!;

        Assert.Equal((1, Limits.UserIdLength), ((int)order["userId"]!["minLength"]!, (int)order["userId"]!["maxLength"]!));
        Assert.Equal((1, Limits.OrderLines), ((int)order["items"]!["minItems"]!, (int)order["items"]!["maxItems"]!));
        Assert.Equal((0m, Limits.TotalAmount), ((decimal)order["totalAmount"]!["minimum"]!, (decimal)order["totalAmount"]!["maximum"]!));
        Assert.Equal((1, Limits.ProductIdLength), ((int)line["productId"]!["minLength"]!, (int)line["productId"]!["maxLength"]!));
        Assert.Equal((1, Limits.Quantity), ((int)line["quantity"]!["minimum"]!, (int)line["quantity"]!["maximum"]!));
        Assert.Equal((0L, Limits.AvailableQuantity), ((long)stock["availableQuantity"]!["minimum"]!, (long)stock["availableQuantity"]!["maximum"]!));
        Assert.Equal((0m, Limits.UnitPrice), ((decimal)stock["unitPrice"]!["minimum"]!, (decimal)stock["unitPrice"]!["maximum"]!));
        foreach (var (operation, list, longest) in new[] { ("listOrders", "OrderPage", 64), ("listDeadLetters", "DeadLetterPage", 64), ("listOrderNotifications", "NotificationPage", 64), ("listStockMovements", "StockMovementPage", 64), ("listStock", "StockItemPage", 264) })
        {
            var cursor = Document[operation].Parameters.Single(parameter => (string?)parameter["name"] == "cursor")["schema"]!;
            Assert.Equal((longest, longest), ((int)cursor["maxLength"]!, (int)Document.Schemas[list]!["properties"]!["nextCursor"]!["maxLength"]!));
        }

        Assert.Equal((1, Limits.CancelReasonLength), ((int)change["cancelReason"]!["minLength"]!, (int)change["cancelReason"]!["maxLength"]!));
        foreach (var name in new[] { "carrier", "number" })
            Assert.Equal((1, Limits.TrackingLength), ((int)tracking[name]!["minLength"]!, (int)tracking[name]!["maxLength"]!));
        Assert.Equal(Limits.TrackingUrlLength, (int)tracking["url"]!["maxLength"]!);
        foreach (var name in new[] { "Contact", "PlaceOrderContact" })
        {
            var contact = Document.Schemas[name]!["properties"]!;
            Assert.Equal((Limits.EmailLength, Limits.LocaleLength), ((int)contact["email"]!["maxLength"]!, (int)contact["locale"]!["maxLength"]!));
        }

        Assert.Equal((1, Limits.PageSize, 10), ((int)limit["minimum"]!, (int)limit["maximum"]!, (int)limit["default"]!));
        Assert.Equal(
            OrderStatusNames.Known.Select(OrderStatusNames.ToWireName),
            change["status"]!["enum"]!.AsArray().Select(name => (string?)name));
        Assert.Equal((1, Limits.ImportedProducts), ((int)rows["minItems"]!, (int)rows["maxItems"]!));
        Assert.Equal((-Limits.AvailableQuantity, Limits.AvailableQuantity), ((long)correction["delta"]!["minimum"]!, (long)correction["delta"]!["maximum"]!));
        Assert.Equal((1, Limits.StockReasonLength), ((int)correction["reason"]!["minLength"]!, (int)correction["reason"]!["maxLength"]!));
        Assert.Equal((0L, Limits.AvailableQuantity), ((long)stock["lowStockThreshold"]!["minimum"]!, (long)stock["lowStockThreshold"]!["maximum"]!));
        Assert.Contains($"{ImportStockRequest.MaxBytes} bytes", (string?)Document["importStock"].Json["requestBody"]!["description"], StringComparison.Ordinal);
        Assert.Contains($"{RequestBodies.MaxBytes} bytes", (string?)Document["placeOrder"].Json["requestBody"]!["description"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PlaceOrder", "items userId")]
    [InlineData("PlaceOrderLine", "productId quantity")]
    [InlineData("ChangeStatus", "status")]
    [InlineData("ChangeStatusTracking", "carrier number")]
    [InlineData("Order", "createdAt id items status totalAmount updatedAt userId")]
    [InlineData("Tracking", "carrier number")]
    [InlineData("OrderTransition", "at status version")]
    [InlineData("OrderTransitionPage", "items limit page total")]
    [InlineData("SetStock", "availableQuantity unitPrice")]
    [InlineData("AdjustStock", "delta reason")]
    [InlineData("ChangeStockSettings", "unitPrice")]
    [InlineData("ImportStockRow", "availableQuantity productId unitPrice")]
    [InlineData("ImportedStockRow", "productId status")]
    [InlineData("StockItem", "availableQuantity productId reservedQuantity unitPrice updatedAt")]
    [InlineData("StockItemPage", "items limit")]
    [InlineData("StockMovement", "at availableDelta kind reservedDelta version")]
    [InlineData("StockMovementPage", "items limit")]
    [InlineData("DeadLetterPage", "items limit total")]
    public void A_schema_requires_the_members_that_are_always_there(string name, string required) =>
        Assert.Equal(required, string.Join(' ', Document.Schemas[name]!["required"]!.AsArray().Select(member => (string?)member)));

    [Theory]
    [InlineData("""{"status":"cancelled"}""", true)]
    [InlineData("""{"status":"cancelled","cancelReason":null}""", true)]
    [InlineData("""{"status":"cancelled","cancelReason":"a mistake"}""", true)]
    [InlineData("""{"status":"cancelled","cancelReason":""}""", false)]
    [InlineData("""{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1"}}""", true)]
    [InlineData("""{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1","url":null}}""", true)]
    [InlineData("""{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1","url":"ftp://parcels.example"}}""", false)]
    [InlineData("""{"status":"fulfilled","tracking":{"carrier":"DHL"}}""", false)]
    [InlineData("""{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1","more":1}}""", false)]
    [InlineData("""{"status":"shipped"}""", false)]
    public void The_document_describes_changes_of_status(string body, bool isValid) =>
        Assert.Equal(isValid, Document.Objections(Document.Schemas["ChangeStatus"]!, JsonNode.Parse(body)).Length == 0);

    [Fact]
    public void The_example_in_CSV_has_the_rows_of_the_one_in_JSON()
    {
        var content = Document["importStock"].Json["requestBody"]!["content"]!;
        var errors = new ValidationErrors();
        var csv = ImportStockCsv.Parse(Encoding.UTF8.GetBytes((string)content["text/csv"]!["example"]!), errors);
        var json = JsonSerializer.Deserialize(content["application/json"]!["examples"]!["products"]!["value"]!["items"], RequestJson.Default.ImportStockRowArray)!;

        Assert.True(errors.IsEmpty);
        Assert.Equal(json, csv!.Items);
    }

    /// <summary>An operation whose repeats are recognized says so, and no other.</summary>
    [Fact]
    public void Keys_are_accepted_where_the_response_can_be_a_repeat() => Assert.All(Document.Operations, operation =>
        Assert.Equal((operation.Id, operation.Accepts("Idempotency-Key")), (operation.Id, operation.Statuses.Where(status => status < 300)
            .All(status => Document.Answer(operation, status)["headers"]?["Idempotent-Replayed"] is not null))));

    [Theory]
    [InlineData("alice", true)]
    [InlineData("j.doe+test@example.com 🦊", true)]
    [InlineData("", false)]
    [InlineData(" alice", false)]
    [InlineData("alice ", false)]
    [InlineData("a\u0000b", false)]
    [InlineData("a\u0085b", false)]
    public void The_document_and_the_validation_accept_the_same_user_ids(string id, bool isValid)
    {
        Assert.Equal(isValid, OrderFlow.ServiceDefaults.Auth.TextId.Validate(id, Limits.UserIdLength) is null);
        Assert.Equal(isValid, Document.Objections(Document.Schemas["PlaceOrder"]!["properties"]!["userId"]!, id).Length == 0);
    }

    [Fact]
    public void The_request_files_have_an_example_of_each_operation()
    {
        var tried = Directory.GetFiles(Path.Combine(Repository.Root, "OrderFlow.Api", "Requests"), "*.http")
            .SelectMany(file => TriedRequest().Matches(File.ReadAllText(file)))
            .Select(match => $"{match.Groups["method"].Value} {match.Groups["path"].Value.Split('?')[0]}")
            .ToHashSet();

        Assert.All(Document.Operations, operation => Assert.Contains(tried, request => IsOf(operation, request)));
    }

    public void Dispose() => _api.Dispose();

    /// <summary>True for a request to the operation's path, whatever its parameters are.</summary>
    private static bool IsOf(Operation operation, string request) =>
        Regex.IsMatch(request, $"^{operation.Method} {PathParameter().Replace(operation.Path, "[^/]+")}$")
        && !Document.Operations.Any(other => other.Path != operation.Path && $"{other.Method} {other.Path}" == request);

    private static void AssertValid(JsonNode schema, JsonNode value) => Assert.Equal("", Document.Objections(schema, value, closed: true));

    [GeneratedRegex(@"(?<=\{\w+):[^}]+(?=\})")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("<script src=\"(?<address>[^\"]+)\"|from '\\./(?<address>[^']+)'")]
    private static partial Regex Source();

    [GeneratedRegex(@"^(?<method>[A-Z]+) \{\{api\}\}(?<path>\S+)", RegexOptions.Multiline)]
    private static partial Regex TriedRequest();
}
