namespace OrderFlow.ServiceDefaults.Health;

/// <summary>Where the program listens, as the variables of ASP.NET Core say it.</summary>
internal static class ListenUrls
{
    /// <summary>The addresses in <c>ASPNETCORE_URLS</c>.</summary>
    public static IEnumerable<BindingAddress> Read(string urls) => Split(urls).Select(BindingAddress.Parse);

    /// <summary>What a list has between its semicolons.</summary>
    public static string[] Split(string list) => list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
