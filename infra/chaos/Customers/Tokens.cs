namespace OrderFlow.Chaos.Customers;

/// <summary>The customers' tokens and the shop's own, as <c>infra/token.sh</c> made them.</summary>
internal sealed class Tokens(string path)
{
    /// <summary>The one who confirms orders.</summary>
    public const string Payments = "chaos-payments";

    /// <summary>The one who fulfils them.</summary>
    public const string Fulfilment = "chaos-fulfilment";

    private readonly Dictionary<string, string> _tokens = File.ReadLines(path).Select(line => line.Split('\t'))
        .ToDictionary(columns => columns[0], columns => columns[1]);

    /// <summary>The admin's name.</summary>
    public string Admin { get; } = File.ReadLines(path).First().Split('\t')[0];

    public string Of(string user) => _tokens[user];
}
