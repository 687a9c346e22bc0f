using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Control.Access;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Control.Traffic;

/// <summary>
/// Drafts a policy from rated records: it permits what was observed and little more, so that the traffic it was made of keeps to it.
/// </summary>
public sealed partial class PolicyDraft
{
    sealed class Observed(CallKind kind)
    {
        public CallKind Kind => kind;
        public long Requests;
        public decimal Cost, DearestCost;
        public long Input, Output;
        public DateOnly First = DateOnly.MaxValue, Last = DateOnly.MinValue;
        public Dictionary<DateOnly, decimal> ByMonth { get; } = [];
    }

    /// <summary>Endpoints of an account that get alarms of their own, at most.</summary>
    const int EndpointsMax = 5;

    // Room above what was observed: a policy that is broken by an ordinary day is switched off.
    const decimal BudgetRoom = 1.2m, RequestRoom = 2m;

    readonly Dictionary<CallKind, Observed> kinds = new(Same);
    readonly SortedDictionary<string, long> unlisted = new(StringComparer.Ordinal);
    long opaque;

    static readonly EqualityComparer<CallKind> Same =
        EqualityComparer<CallKind>.Create((a, b) => ReferenceEquals(a, b), RuntimeHelpers.GetHashCode);

    /// <summary>Records that can be permitted: of known models, and not failed.</summary>
    public long Records { get; private set; }

    public void Add(in UsageRecord record, ReadOnlySpan<Charge> charges)
    {
        if (record.Failed || record.Model.Id.Length == 0) return;
        if (record.Model.Kind == ModelKind.OpaqueProfile)
        {
            opaque++;
            return;
        }
        // What the catalogue does not list, a policy cannot name.
        if (record.Model is { Kind: ModelKind.Foundation, Facts: null })
        {
            unlisted[record.Model.Id] = unlisted.GetValueOrDefault(record.Model.Id) + 1;
            return;
        }
        Records++;
        if (!kinds.TryGetValue(record.Kind, out var seen)) kinds.Add(record.Kind, seen = new(record.Kind));
        var cost = 0m;
        foreach (ref readonly var charge in charges) cost += charge.CostMax ?? charge.Cost;
        var day = DateOnly.FromDateTime(record.Time);
        seen.Requests++;
        seen.Cost += cost;
        if (!record.Kind.IsSum) seen.DearestCost = Math.Max(seen.DearestCost, cost);
        seen.Input += record.Tokens.Prompt;
        seen.Output += record.Tokens.Output;
        if (day < seen.First) seen.First = day;
        if (day > seen.Last) seen.Last = day;
        var month = new DateOnly(day.Year, day.Month, 1);
        seen.ByMonth[month] = seen.ByMonth.GetValueOrDefault(month) + cost;
    }

    /// <summary>The policy as YAML.</summary>
    /// <param name="owner">Whom budgets and alarms tell.</param>
    /// <param name="origin">Where the calls come from, as a heading; null for the observed.</param>
    public string Write(string name, string owner, string? origin = null)
    {
        var all = kinds.Values.ToList();
        var (first, last) = (all.Min(k => k.First), all.Max(k => k.Last));
        var days = last.DayNumber - first.DayNumber + 1;
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');
        Line($"# {origin ?? "Drafted by 'assay policy draft' from"} {Calls(all.Sum(k => k.Requests))}, {Day(first)} to {Day(last)}.");
        Line("# It permits these. Take out what should not be, then: assay policy check FILE PATH");
        if (opaque > 0)
            Line($"# {Calls(opaque)} went through application inference profiles that are not mapped; name them with --profiles "
                + "and draft again.");
        if (unlisted.Count > 0)
            Line($"# {Calls(unlisted.Values.Sum())} {(unlisted.Values.Sum() == 1 ? "was" : "were")} of models that prices/models.csv does "
                + $"not list, left out here: {string.Join(", ", unlisted.Keys.Select(Yaml))}");
        Line($"policy: {Yaml(name)}");
        var byAccount = all.Where(k => AccountForm().IsMatch(k.Kind.Caller.Account)).GroupBy(k => k.Kind.Caller.Account)
            .OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        if (byAccount.Count > 0) Line("accounts:");
        var names = new Dictionary<string, (string Name, bool HasEnv)>(StringComparer.Ordinal);
        foreach (var account in byAccount)
        {
            // Where some calls name no environment, the account need not be of the others'.
            var envs = account.Select(k => k.Kind.Caller.Env).Distinct().ToList();
            if (envs is [""]) envs.Clear();
            names[account.Key] = ($"account-{account.Key}", envs.Count == 1);
            Line($"  account-{account.Key}:");
            Line($"    id: '{account.Key}'");
            if (envs.Count == 1) Line($"    env: {Yaml(envs[0])}");
            var regions = account.Where(k => k.Kind.Region.Length > 0).GroupBy(k => k.Kind.Region)
                .OrderByDescending(g => g.Sum(k => k.Cost)).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key).ToList();
            if (regions.Count > 0) Line($"    regions: {List(regions)}");
            Line($"    owner: {Yaml(owner)}");
        }
        var teams = all.Select(k => k.Kind.Caller.Team).Where(t => t.Length > 0).Distinct().Order(StringComparer.Ordinal).ToList();
        if (teams.Count > 0) Line("teams:");
        foreach (var team in teams) Line($"  {Yaml(team)}: {{owner: {Yaml(owner)}}}");
        Line("allow:");
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in all.GroupBy(k => RuleOf(k.Kind, names)).OrderBy(g => g.Key.Account, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Env, StringComparer.Ordinal).ThenBy(g => g.Key.Team, StringComparer.Ordinal))
            Allow(rule.Key, [.. rule], names, used, Line);
        Limits(all, used, Line);
        Budgets(all, teams, days, owner, used, Line);
        Alarms(byAccount, days, owner, used, Line);
        return text.ToString();
    }

    readonly record struct RuleKey(string Account, string Env, string Team);

    // Where an account is of one environment, the account says it.
    static RuleKey RuleOf(CallKind kind, Dictionary<string, (string Name, bool HasEnv)> names) => new(kind.Caller.Account,
        names.TryGetValue(kind.Caller.Account, out var known) && known.HasEnv ? "" : kind.Caller.Env, kind.Caller.Team);

    static void Allow(RuleKey key, List<Observed> calls, Dictionary<string, (string Name, bool HasEnv)> names, HashSet<string> used,
        Action<string> line)
    {
        var account = names.TryGetValue(key.Account, out var known) ? known.Name : "";
        string[] words = [account, key.Env, key.Team.Length > 0 ? key.Team : "no-team"];
        line($"  {Yaml(Unique(string.Join('-', words.Where(w => w.Length > 0)), used))}:   # {Calls(calls.Sum(c => c.Requests))}");
        if (account.Length > 0) line($"    account: {account}");
        if (key.Env.Length > 0) line($"    env: {Yaml(key.Env)}");
        if (key.Team.Length > 0) line($"    team: {Yaml(key.Team)}");
        else if (calls.TrueForAll(c => c.Kind.Caller.Principal.Length > 0))
            line($"    principal: {List(calls.Select(c => c.Kind.Caller.Principal).Distinct().Order(StringComparer.Ordinal))}");
        line($"    models: {List(calls.Select(c => c.Kind.Model.Id).Distinct().Order(StringComparer.Ordinal))}");
        if (calls.TrueForAll(c => c.Kind.Region.Length > 0))
            line($"    regions: {List(calls.Select(c => c.Kind.Region).Distinct().Order(StringComparer.Ordinal))}");
        var scopes = calls.Select(c => c.Kind.Model.Scope).Distinct().Order().ToList();
        if (scopes.Count < 3) line($"    scopes: {List(scopes.Select(s => s.Name()))}");
    }

    static void Limits(List<Observed> all, HashSet<string> used, Action<string> line)
    {
        string[] tags = [.. new (string Name, Func<Caller, string> Of)[] { ("app", c => c.App), ("team", c => c.Team) }
            .Where(t => all.TrueForAll(k => t.Of(k.Kind.Caller).Length > 0)).Select(t => t.Name)];
        var dearest = all.Max(k => k.DearestCost);
        if (tags.Length == 0 && dearest == 0m) return;
        line("limits:");
        if (tags.Length > 0) line($"  {Unique("tags", used)}: {{tags: {List(tags)}}}   # every call has them");
        if (dearest > 0m)
            line($"  {Unique("cost-of-a-request", used)}: {{max_request: ${Round(dearest * RequestRoom)}}}   # the dearest call cost "
                + $"${Plain(dearest)}");
    }

    static void Budgets(List<Observed> all, List<string> teams, int days, string owner, HashSet<string> used, Action<string> line)
    {
        if (all.Sum(k => k.Cost) == 0m) return;
        line("budgets:");
        foreach (var team in teams) Budget(team, $", team: {Yaml(team)}", [.. all.Where(k => k.Kind.Caller.Team == team)]);
        Budget("all", "", all);

        void Budget(string name, string who, List<Observed> calls)
        {
            var cost = calls.Sum(k => k.Cost);
            if (cost == 0m) return;
            var month = calls.SelectMany(k => k.ByMonth).GroupBy(m => m.Key).Max(g => g.Sum(m => m.Value));
            var amount = Round(Math.Max(month, cost * 30m / days) * BudgetRoom);
            line($"  {Yaml(Unique(name + "-budget", used))}: {{amount: ${amount} a month{who}, owner: {Yaml(owner)}}}");
        }
    }

    static void Alarms(List<IGrouping<string, Observed>> accounts, int days, string owner, HashSet<string> used, Action<string> line)
    {
        if (accounts.Count == 0) return;
        line("alarms:");
        foreach (var account in accounts)
        {
            var (input, output, requests) = (account.Sum(k => k.Input), account.Sum(k => k.Output), account.Sum(k => k.Requests));
            line($"  {Unique($"alarms-{account.Key}", used)}:");
            line($"    account: account-{account.Key}");
            line($"    notify: {Yaml(owner)}");
            if (input > 0) line($"    input_tokens: {Math.Max(1, input / days)} tokens a day");
            if (output > 0) line($"    output_tokens: {Math.Max(1, output / days)} tokens a day");
            if (input + output > 0) line($"    tokens_per_request: {Math.Max(1, 10 * (input + output) / requests)} tokens   # ten "
                + "times the average");
            line("    throttling: 5 %");
            var endpoints = account.Where(k => k.Kind.Model.Facts is not null && k.Kind.Region.Length > 0)
                .Where(k => Endpoint(k).Length > 0)
                .GroupBy(Endpoint).OrderByDescending(g => g.Sum(k => k.Cost))
                .ThenBy(g => g.Key, StringComparer.Ordinal).Take(EndpointsMax).ToList();
            if (endpoints.Count > 0) line($"    endpoints: {List(endpoints.Select(e => e.Key))}");
            var untold = account.Where(k => k.Kind.Model.Facts is not null && k.Kind.Region.Length > 0 && Endpoint(k).Length == 0)
                .Select(k => k.Kind.Model.Id).Distinct().Order(StringComparer.Ordinal).ToList();
            if (untold.Count > 0)
                line($"    # not told which geography's profile was called, so not among the endpoints: {List(untold)}");
        }

        // Empty where several geographies' profiles can be called from the region: an alarm on another than was called is silent.
        static string Endpoint(Observed seen) => seen.Kind.Model.Scope switch
        {
            Scope.Global => "global." + seen.Kind.Model.Id,
            Scope.Geo => Geographies.PrefixesOf(seen.Kind.Region) is [var prefix] ? $"{prefix}.{seen.Kind.Model.Id}" : "",
            _ => seen.Kind.Model.Id,
        };
    }

    static string Unique(string name, HashSet<string> used)
    {
        var unique = name;
        for (var n = 2; !used.Add(unique); n++) unique = $"{name}-{n}";
        return unique;
    }

    // Two figures say as much as a draft knows; up, so that what was observed fits.
    static string Round(decimal amount)
    {
        var unit = 0.0001m;
        while (amount / unit >= 100m) unit *= 10m;
        return Plain(Math.Ceiling(amount / unit) * unit);
    }

    static string Plain(decimal amount) => amount.ToString("0.#########", CultureInfo.InvariantCulture);
    static string Calls(long count) => count.ToString("#,##0", CultureInfo.InvariantCulture) + (count == 1 ? " call" : " calls");
    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Yaml))}]";

    // Space around a value is not read from a policy; a wildcard stands for it.
    static string Yaml(string text)
    {
        var (start, end) = (text.Length - text.TrimStart().Length, text.TrimEnd().Length);
        if (start > 0 || end < text.Length)
            text = end == 0 ? new('?', text.Length) : new string('?', start) + text[start..end] + new string('?', text.Length - end);
        if (PlainForm().IsMatch(text)) return text;
        if (!text.Any(IsEscaped)) return $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
        return $"\"{string.Concat(text.Select(c => c is '"' or '\\' ? $"\\{c}" : IsEscaped(c) ? $"\\u{(int)c:X4}" : $"{c}"))}\"";
    }

    // Breaks of lines, and what YAML takes in no other way.
    static bool IsEscaped(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF';

    [GeneratedRegex("^[0-9]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex AccountForm();

    // What YAML takes for a text without quotes, words that mean something else aside.
    [GeneratedRegex("^(?!(?i:yes|no|on|off|true|false|null|y|n)\\z)[A-Za-z][A-Za-z0-9 ._/@-]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainForm();
}
