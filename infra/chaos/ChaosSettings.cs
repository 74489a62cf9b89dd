using System.Globalization;

namespace OrderFlow.Chaos;

/// <summary>What a run is about. Options are pairs, <c>--rate 75</c>; the APIs come from <c>.run/env</c>.</summary>
internal sealed record ChaosSettings
{
    /// <summary>What the number of errands is called among the counts.</summary>
    public const string Errands = "errands";

    /// <summary>Where the ledger and all else of the run lies.</summary>
    public required string Directory { get; init; }

    /// <summary>What the names of this run's customers and products begin with; no other run's do.</summary>
    public required string Name { get; init; }

    /// <summary>The base addresses of the APIs.</summary>
    public required IReadOnlyList<Uri> Apis { get; init; }

    /// <summary>Orders a second.</summary>
    public int Rate { get; init; } = 75;

    /// <summary>How long it takes until there are as many, evenly more and more.</summary>
    public TimeSpan Ramp { get; init; }

    /// <summary>What the orders are drawn by: the same seed orders the same.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How often a request is made at most, the first time included.</summary>
    public int Tries { get; init; } = int.MaxValue;

    /// <summary>How long a request is tried again and again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    public string LedgerFile => Path.Combine(Directory, "ledger.jsonl");

    /// <summary>A line for each token: the user and the token. The admin's is the first.</summary>
    public string TokensFile => Path.Combine(Directory, "tokens.tsv");

    /// <summary>A line for each fault that happened: when it struck, when everything was up again, and what it was.</summary>
    public string FaultsFile => Path.Combine(Directory, "faults.tsv");

    /// <summary>The events of orders on Kafka, as kcat read them: topic, partition, offset, key, headers, value.</summary>
    public string RecordsFile => Path.Combine(Directory, "records.tsv");

    /// <summary>The events of products, likewise.</summary>
    public string LevelsFile => Path.Combine(Directory, "levels.tsv");

    /// <summary>A line for each violation: its kind and what it is.</summary>
    public string ViolationsFile => Path.Combine(Directory, "violations.tsv");

    /// <summary>A line for each mail that was accepted or deferred.</summary>
    public string MailsFile => Path.Combine(Directory, "mails.tsv");

    /// <summary>The key that verifies tokens of <c>infra/token.sh</c>.</summary>
    public string PublicKeyFile => Path.Combine(Directory, "keys", "public.pem");

    /// <summary>A line for each thing that was counted: its name and the number.</summary>
    public string CountsFile => Path.Combine(Directory, "counts.tsv");

    public static ChaosSettings Read(string directory, string[] options)
    {
        var given = options.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int Number(string name, int otherwise) => given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        return new()
        {
            Directory = directory,
            Name = given["--name"],
            Apis = [.. (Environment.GetEnvironmentVariable("ORDERFLOW_API_URLS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(url => new Uri(url))],
            Rate = Number("--rate", 75),
            Ramp = TimeSpan.FromSeconds(Number("--ramp", 0)),
            Seed = Number("--seed", 1),
            Tries = Number("--tries", int.MaxValue),
        };
    }
}
