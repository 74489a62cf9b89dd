using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Fluid;
using OrderFlow.Notifications;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>A template and the file it was parsed from.</summary>
internal sealed record Template(TemplateFile File, IFluidTemplate Parsed);

/// <summary>A template that cannot be rendered. Its message names the file and, where it is known, the line.</summary>
internal sealed class TemplateException(string message, Exception inner) : Exception(message, inner);

/// <summary>The templates of a locale.</summary>
internal sealed partial class LocaleTemplates(string locale, LocaleFormats formats, IReadOnlyDictionary<string, Template> templates)
{
    /// <summary>The most statements and loops of one template: none may occupy a worker.</summary>
    private const int MaxSteps = 1_000;

    /// <summary>The longest subject, text or HTML.</summary>
    private const int MaxOutputLength = 128 * 1_024;

    /// <summary>Escapes what has a meaning in HTML, and leaves letters of all scripts as they are.</summary>
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly TemplateOptions Options = CreateOptions();

    /// <summary>Renders a job with details.</summary>
    /// <exception cref="TemplateException">A template failed.</exception>
    public NotificationContent Render(NotificationJob job, NotificationDetails details, string currency)
    {
        var model = TextModel.Of(job, details, locale, formats, currency);
        model = model with { Subject = WhiteSpace().Replace(Render(TemplateFiles.NameOf(job.EventType, "subject"), model, NullEncoder.Default), " ").Trim() };
        var text = Render(TemplateFiles.NameOf(job.EventType, "text"), model, NullEncoder.Default);
        var html = Render(TemplateFiles.NameOf(job.EventType, "html"), model, Html);
        return new(
            model.Subject,
            Clean(Render(TemplateFiles.TextLayout, model with { Content = new(text.Trim()) }, NullEncoder.Default)),
            Clean(Render(TemplateFiles.HtmlLayout, model with { Content = new(html.Trim(), encode: false) }, Html)),
            locale);
    }

    private string Render(string name, TextModel model, TextEncoder encoder)
    {
        var (file, template) = templates[name];
        try
        {
            var output = template.Render(new TemplateContext(model, Options, allowModelMembers: false), encoder);
            return output.Length <= MaxOutputLength ? output : throw new FluidException($"renders more than {MaxOutputLength:N0} characters");
        }
        catch (Exception error)
        {
            throw new TemplateException(file.Describe(Explain(error), QuotedWord().Match(error.Message) is { Success: true } word ? file.LineOf(word.Groups[1].Value) : null), error);
        }
    }

    private static string Explain(Exception error) => error switch
    {
        InvalidOperationException => $"takes more than {MaxSteps:N0} steps",
        FileNotFoundException => "cannot include other files",
        _ => error.Message,
    };

    private static string Clean(string text) => Controls().Replace(text, "").Trim() + "\n";

    private static TemplateOptions CreateOptions()
    {
        var options = new TemplateOptions
        {
            StrictFilters = true,
            MaxSteps = MaxSteps,
            TimeZone = TimeZoneInfo.Utc,
            Undefined = name => throw new FluidException($"'{name}' is not one of the values that templates have"),
            MemberAccessStrategy = new DefaultMemberAccessStrategy { MemberNameStrategy = MemberNameStrategies.CamelCase },
        };
        options.MemberAccessStrategy.Register<TextModel>();
        options.MemberAccessStrategy.Register<OrderLine>();
        options.MemberAccessStrategy.Register<Tracking>();
        return options;
    }

    /// <summary>Line breaks, which in a subject would begin another header, included.</summary>
    [GeneratedRegex(@"[\s\p{Cc}]+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"[\p{Cc}-[\n\t]]")]
    private static partial Regex Controls();

    [GeneratedRegex(@"'(\w+)'")]
    private static partial Regex QuotedWord();
}
