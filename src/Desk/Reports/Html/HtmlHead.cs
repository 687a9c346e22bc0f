using System.Security.Cryptography;
using System.Text;

namespace Assay.Desk.Reports.Html;

/// <summary>How every page begins: self-contained, asking nothing of any other place, its own styles and script alone allowed.</summary>
static class HtmlHead
{
    /// <param name="script">The page's script; null for a page without one.</param>
    public static void Write(Markup page, string title, string css, string? script)
    {
        var scripts = script is null ? "" : $"script-src '{Hash(script)}'; ";
        var policy = $"default-src 'none'; style-src '{Hash(css)}'; {scripts}img-src data:; base-uri 'none'; form-action 'none'";
        page.Line($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="{policy}"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="referrer" content="no-referrer"/>
            <meta name="robots" content="noindex"/>
            <meta name="generator" content="Assay"/>
            <link rel="icon" href="data:,"/>
            <title>{title}</title>
            <style>{Fragment.OfAsset(css)}</style>
            </head>
            """);
    }

    /// <summary>A style sheet or script that stands in the program.</summary>
    public static string Asset(string name)
    {
        using var reader = new StreamReader(typeof(HtmlHead).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
