using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Inventory;

/// <summary>Parses an import in CSV (RFC 4180): a header line, and a line for each product. A text in UTF-8 may begin with a byte order mark.</summary>
internal static class ImportStockCsv
{
    private const string ProductId = "productId";
    private const string AvailableQuantity = "availableQuantity";
    private const string UnitPrice = "unitPrice";
    private const string LowStockThreshold = "lowStockThreshold";

    private static readonly string[] Required = [ProductId, AvailableQuantity, UnitPrice];
    private static readonly string[] Columns = [.. Required, LowStockThreshold];

    /// <summary>Parses the lines, and adds every error of their form; null without a header line. A field that should be a number and cannot be read as one is 0 in its row.</summary>
    public static ImportStockRequest? Parse(ReadOnlySpan<byte> body, ValidationErrors errors)
    {
        var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        try
        {
            using var reader = new StringReader(text.GetString(JsonBody.TrimByteOrderMark(body)));
            using var csv = new CsvReader(reader, new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                TrimOptions = TrimOptions.Trim,
                BadDataFound = found => errors.Add(LineOf(found.Context), "has a quote in the wrong place"),
            });
            if (csv.Read() && csv.ReadHeader() && ValidateHeader(csv.HeaderRecord ?? [], errors)) return new(ReadRows(csv, errors));
            if (errors.IsEmpty) errors.Add(JsonErrors.Root, "must begin with a header line");
        }
        catch (DecoderFallbackException)
        {
            errors.Add(JsonErrors.Root, "must be in UTF-8");
        }

        return null;
    }

    private static ImportStockRow?[] ReadRows(CsvReader csv, ValidationErrors errors)
    {
        var rows = new List<ImportStockRow?>();
        while (rows.Count <= Limits.ImportedProducts && csv.Read()) rows.Add(ReadRow(csv, ImportStockRequest.PathOf(rows.Count), errors));
        return [.. rows];
    }

    private static ImportStockRow? ReadRow(CsvReader csv, string path, ValidationErrors errors)
    {
        if (csv.Parser.Count == csv.HeaderRecord!.Length)
        {
            return new(
                csv.GetField(ProductId),
                ReadQuantity(csv, AvailableQuantity, path, errors),
                ReadNumber(csv, UnitPrice, path, errors, "must be a number such as 9.99"),
                csv.HeaderRecord.Contains(LowStockThreshold) ? ReadQuantity(csv, LowStockThreshold, path, errors) : null);
        }

        errors.Add(LineOf(csv.Context), "has another number of columns than the header line");
        return null;
    }

    private static bool ValidateHeader(string[] header, ValidationErrors errors)
    {
        var isValid = Required.All(header.Contains) && header.All(Columns.Contains) && header.Distinct(StringComparer.Ordinal).Count() == header.Length;
        if (!isValid) errors.Add("line 1", $"must name the columns {string.Join(", ", Required)}, and {LowStockThreshold} if wanted, each once");
        return isValid;
    }

    private static long? ReadQuantity(CsvReader csv, string column, string path, ValidationErrors errors)
    {
        if (ReadNumber(csv, column, path, errors, WholeNumberConverter.Error) is not { } number) return null;
        if (JsonNumbers.ToWhole(number) is { } quantity) return quantity;

        errors.Add($"{path}.{column}", WholeNumberConverter.Error);
        return 0;
    }

    /// <summary>Reads a number as it is written in JSON; null for an empty cell.</summary>
    private static decimal? ReadNumber(CsvReader csv, string column, string path, ValidationErrors errors, string error)
    {
        if (csv.GetField(column) is not { Length: > 0 } text) return null;
        if (JsonNumbers.Parse(text) is { } number) return number;

        errors.Add($"{path}.{column}", error);
        return 0;
    }

    private static string LineOf(CsvContext? context) => string.Create(CultureInfo.InvariantCulture, $"line {context?.Parser?.RawRow ?? 1}");
}
