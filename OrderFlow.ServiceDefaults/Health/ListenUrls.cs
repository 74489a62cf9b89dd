namespace OrderFlow.ServiceDefaults.Health;

/// <summary>Parses the variables that tell ASP.NET Core where to listen.</summary>
internal static class ListenUrls
{
    /// <summary>The addresses in <c>ASPNETCORE_URLS</c>.</summary>
    public static IEnumerable<BindingAddress> Read(string urls) => Split(urls).Select(BindingAddress.Parse);

    /// <summary>The items of a list separated by semicolons.</summary>
    public static string[] Split(string list) => list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
