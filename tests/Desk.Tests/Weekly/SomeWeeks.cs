using System.Globalization;
using System.Text;

namespace Assay.Desk.Tests.Weekly;

/// <summary>Two weeks of July 2026 written by hand, in which one of everything changes.</summary>
static class SomeWeeks
{
    public const string Haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";

    /// <param name="weeks">Whole weeks before Monday 27 July, the last of them with the changes.</param>
    public static string Logs(int weeks = 2)
    {
        var text = new StringBuilder();
        DateTime last = new(2026, 7, 20, 0, 0, 0, DateTimeKind.Utc);
        for (var day = 0; day < weeks * 7; day++)
        {
            var start = last.AddDays(day - ((weeks - 1) * 7));
            var isAfter = start >= last;
            var isWeekend = start.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            // Chat grows by half; its prompts grow too.
            for (var i = 0; i < (isWeekend ? 4 : 10) * (isAfter ? 3 : 2); i++)
                Call($"chat-{day}-{i}", LogText.Sonnet, i, input: isAfter ? 3_000 : 2_600, output: 400, role: "ChatRole", app: "chat", team: "care");
            // Half of the triage goes to a smaller model.
            for (var i = 0; i < 12; i++)
                Call($"triage-{day}-{i}", isAfter && i % 2 == 0 ? Haiku : LogText.Sonnet, i, input: 900, output: 30, role: "TriageRole", app: "triage", team: "care");
            // Review begins to read its instructions from the cache.
            for (var i = 0; i < 6; i++)
                Call($"review-{day}-{i}", LogText.Sonnet, i, input: isAfter ? 2_000 : 30_000, output: 900, read: isAfter ? 28_000 : 0, role: "ReviewRole", app: "review", team: "legal");
            // Somebody new, without a tag, on a weekday only; and a model without a price.
            if (isAfter && !isWeekend) Call($"new-{day}", LogText.Sonnet, 1, input: 40_000, output: 2_000, role: "NotebookRole", app: null, team: null);
            if (isAfter) Call($"odd-{day}", "acme.unknown-v1:0", 2, input: 500, output: 50, role: "ChatRole", app: "chat", team: "care");
            text.Append(LogText.Call($"failed-{day}", LogText.Sonnet, time: start.AddHours(9).ToString("O", CultureInfo.InvariantCulture), error: "ThrottlingException",
                role: "assumed-role/ChatRole/session", tags: """{"app":"chat","team":"care"}"""));

            void Call(string id, string model, int i, long input, long output, string role, string? app, string? team, long read = 0) =>
                text.Append(LogText.Call(id, model, input, output, read > 0 ? read : null, null,
                    start.AddHours(8).AddMinutes(i * 23).ToString("O", CultureInfo.InvariantCulture), role: $"assumed-role/{role}/session",
                    tags: app is null ? null : $$"""{"app":"{{app}}","team":"{{team}}"}"""));
        }
        return text.ToString();
    }
}
