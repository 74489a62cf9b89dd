using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Notifications.Templates;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Notifications;

/// <summary>Templates of a directory: they replace built-in ones, and errors in them keep the program from starting.</summary>
public sealed class TemplateDirectory : IDisposable
{
    private const string Html = "de/order.reserved.html.liquid";

    /// <summary>350 characters.</summary>
    private const string Long = Short + Short + Short + Short + Short + Short + Short;
    private const string Short = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-templates-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Built_in_templates_render_every_sample()
    {
        var (locales, errors) = TemplateLoader.Load("");

        Assert.Empty(errors);
        Assert.Equal(["de", "en"], locales.Keys.Order());
        Assert.All(from locale in locales.Values from sample in Samples.Jobs select locale.Render(sample.Job, sample.Details, sample.Currency), content =>
        {
            Assert.All(new[] { content.Subject, content.Text, content.Html! }, part => Assert.Contains("42", part, StringComparison.Ordinal));
            Assert.All(new[] { "{{", "{%", "\n\n\n" }, marker => Assert.DoesNotContain(marker, content.Text + content.Html, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void A_file_replaces_the_built_in_one_and_only_that()
    {
        Write("de/order.reserved.subject.liquid", "{{ userId }}: {{ orderId }} von {{ total }}");

        var content = TestTexts.Renderer(_directory).Render(TestTexts.Job("order.reserved", TestTexts.Details));

        Assert.Equal("alice: 42 von 1.234,50", content.Subject);
        Assert.StartsWith("Alle Artikel Ihrer Bestellung 42", content.Text, StringComparison.Ordinal);
        Assert.Empty(Errors());
    }

    /// <summary>Laid out as Kubernetes mounts a ConfigMap.</summary>
    [Fact]
    public void A_folder_adds_a_locale()
    {
        WriteLocale("..2026_03_01/fr-CH");
        Write("..2026_03_01/fr-CH/order.reserved.subject.liquid", "Votre commande {{ orderId }} est réservée");
        Directory.CreateSymbolicLink(Path.Combine(_directory, "..data"), "..2026_03_01");
        Directory.CreateSymbolicLink(Path.Combine(_directory, "fr-CH"), "..data/fr-CH");

        var renderer = TestTexts.Renderer(_directory);

        Assert.Empty(Errors("fr-CH"));
        Assert.Equal(
            ["Votre commande 42 est réservée", "Your order 42 is reserved"],
            new[] { "fr-ch", "fr" }.Select(locale => renderer.Render(TestTexts.Job("order.reserved", TestTexts.Details, locale)).Subject));
    }

    [Fact]
    public void A_subject_is_one_line_whatever_it_shows()
    {
        Write("de/order.cancelled.subject.liquid", "\n{{ reason }}\n{{ orderId }}\n");

        var content = TestTexts.Renderer(_directory).Render(TestTexts.Job("order.cancelled", new(Reason: "a\r\nBcc: all@users.example\0\u2028\u0085\u001b[2J")));

        Assert.Equal("a Bcc: all@users.example [2J 42", content.Subject);
    }

    [Theory]
    [InlineData(Html, "<p>\n{% if total %}\n</p>", "de/order.reserved.html.liquid, line 3: '{% endif %}' was expected")]
    [InlineData(Html, "{{ total | }}", "de/order.reserved.html.liquid, line 1: An identifier was expected after the '|' sign")]
    [InlineData(Html, "\n{{ totl }}", "de/order.reserved.html.liquid, line 2: 'totl' is not one of the values that templates have")]
    [InlineData(Html, "{% if tracking %}\n\n{{ tracking.uri }}{% endif %}", "de/order.reserved.html.liquid, line 3: 'uri' is not one of the values that templates have")]
    [InlineData(Html, "{% for item in items %}{{ item.price }}{% endfor %}", "de/order.reserved.html.liquid, line 1: 'price' is not one of the values that templates have")]
    [InlineData(Html, "{{ items | first.GetType }}", "de/order.reserved.html.liquid, line 1: End of tag '}}' was expected")]
    [InlineData(Html, "{{ total | monney }}", "de/order.reserved.html.liquid, line 1: Undefined filter 'monney'")]
    [InlineData(Html, "{% include 'x' %}", "de/order.reserved.html.liquid: cannot include other files")]
    [InlineData(Html, "{% for i in (1..2000) %}x{% endfor %}", "de/order.reserved.html.liquid: takes more than 1,000 steps")]
    [InlineData(Html, "{% for i in (1..400) %}" + Long + "{% endfor %}",
        "de/order.reserved.html.liquid: renders more than 131,072 characters")]
    [InlineData("de/order.reserved.htm.liquid", "x", "de/order.reserved.htm.liquid: unknown file; a locale has formats.json, layout.text.liquid, layout.html.liquid, order.created.subject.liquid")]
    [InlineData("README", "x", "README: a file must be in a folder named for its locale, such as de or de-AT")]
    [InlineData("de_AT/formats.json", "{}", "de_AT: 'de_AT' is not a locale such as de or de-AT")]
    [InlineData("fr/formats.json", "{}", "fr: a locale needs all files; missing: layout.text.liquid, layout.html.liquid, order.created.subject.liquid")]
    [InlineData("de/formats.json", "{\n\"date\": 1}", "de/formats.json, line 2: The JSON value could not be converted to")]
    [InlineData("de/formats.json", "null", "de/formats.json: must be an object")]
    [InlineData("de/formats.json", """{"decimalSeparator":".","groupSeparator":",","currencyFirst":true,"date":"d. M. yyyy","months":["Jänner"]}""",
        "de/formats.json: months must have 12 names")]
    [InlineData("de/formats.json", """{"decimalSeparator":"","groupSeparator":",","currencyFirst":true,"date":"d. M. yyyy","months":["a","b","c","d","e","f","g","h","i","j","k","l"]}""",
        "de/formats.json: decimalSeparator must not be empty")]
    [InlineData("de/formats.json", """{"decimalSeparator":".","groupSeparator":",","currencyFirst":true,"date":"d. M. yyyy","months":["a","b","c","d","e",null,"g","h","i","j","k","l"]}""",
        "de/formats.json: months must have 12 names")]
    public void An_error_names_the_file_the_line_and_the_reason(string file, string text, string error)
    {
        Write(file, text);

        Assert.StartsWith($"Notifications__Templates: {_directory}/{error}", Assert.Single(Errors()), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_error_is_reported()
    {
        Write("de/order.created.text.liquid", "{{ a }}");
        Write("en/order.created.text.liquid", "{{ b ");

        Assert.Equal(["'a' is not one of the values that templates have", "End of tag '}}' was expected"], Errors().Select(error => error.Split(": ")[2]).Order());
    }

    [Fact]
    public void A_large_file_or_one_in_another_encoding_is_an_error()
    {
        Write("..data/large", new string('x', (32 * 1_024) + 1));
        Directory.CreateDirectory(Path.Combine(_directory, "de"));
        File.CreateSymbolicLink(Path.Combine(_directory, "de/order.created.text.liquid"), "../..data/large");
        File.WriteAllBytes(Path.Combine(_directory, "de/order.reserved.text.liquid"), [.. "f\u00FCr".Select(letter => (byte)letter)]);

        Assert.Equal(
            [$"Notifications__Templates: {_directory}/de/order.created.text.liquid: must have at most 32 KiB", $"Notifications__Templates: {_directory}/de/order.reserved.text.liquid: must be in UTF-8"],
            Errors());
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_an_error() =>
        Assert.StartsWith(
            $"Notifications__Templates: {_directory}/none cannot be read: Could not find a part of the path",
            Assert.Single(OptionsErrors.Find(TextOptions.Section, new TextOptions { Templates = $"{_directory}/none" })), StringComparison.Ordinal);

    [Fact]
    public void The_default_locale_must_have_templates() =>
        Assert.Equal(["Notifications__DefaultLocale: 'fr' has no templates; it must be one of de, en"], Errors("fr"));

    private List<string> Errors(string defaultLocale = "en") => OptionsErrors.Find(TextOptions.Section, new TextOptions { Templates = _directory, DefaultLocale = defaultLocale });

    private void WriteLocale(string locale)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "OrderFlow.Silo/Notifications/Templates/en"))) Write($"{locale}/{Path.GetFileName(file)}", File.ReadAllText(file));
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
