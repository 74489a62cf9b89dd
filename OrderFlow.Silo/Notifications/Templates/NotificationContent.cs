namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>What the customer reads.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text; lines end with <c>\n</c>.</param>
/// <param name="Html">The same as an HTML document; null where there is none.</param>
/// <param name="Locale">The language of both.</param>
internal sealed record NotificationContent(string Subject, string Text, string? Html, string Locale);
