using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Http;

/// <summary>Rejects a query parameter that is given more than once: joined to one text, as endpoints would get it, it would match nothing.</summary>
internal static class RepeatedParameters
{
    private const string Error = "must be given once";

    /// <summary>Their values may be several, with commas between, so a repetition means the same.</summary>
    private static readonly string[] Lists = ["status", "kind"];

    /// <summary>Place it after authorization.</summary>
    public static void UseSingleParameters(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.QueryString.HasValue) return next(context);

        var errors = new ValidationErrors();
        foreach (var (name, values) in context.Request.Query)
            if (values.Count > 1 && !Lists.Contains(name, StringComparer.OrdinalIgnoreCase)) errors.Add(name, Error);
        return errors.IsEmpty ? next(context) : Problems.Invalid(errors).ExecuteAsync(context);
    });
}
