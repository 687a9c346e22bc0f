using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Usage;

namespace Assay.Ledger.Store;

/// <summary>A kind of call as the ledger writes it: words that a person can query, and that do not change when enumerations do.</summary>
sealed record KindRow(
    string Account, string Principal, string App, string Team, string Env, string Tags, string Region, string Model, string Scope,
    string ModelKind, string Operation, string Mode, string Tier, string Term, string Context, bool IsSum)
{
    // By their numbers; the words are the store's own.
    static readonly string[] ModelKinds = ["foundation", "opaque_profile", "provisioned", "custom"];
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static KindRow Of(CallKind kind, IReadOnlyList<string> tagKeys)
    {
        var caller = kind.Caller;
        return new(caller.Account, caller.Principal, caller.App, caller.Team, caller.Env, TagText(caller.Tags, tagKeys), kind.Region,
            kind.Model.Id, kind.Model.Scope.Name(), ModelKinds[(int)kind.Model.Kind], kind.Operation, kind.Mode.Name(), kind.Tier.Name(),
            kind.Term.Name(), kind.Context?.Name() ?? "", kind.IsSum);
    }

    /// <summary>The kind again. What is known of its model stands in the catalogue, not in the ledger.</summary>
    public CallKind ToKind(ModelCatalog catalog, IReadOnlyList<string> tagKeys)
    {
        var scope = Read(Scope, DimensionNames.TryParse, default(Scope));
        var model = new ModelRef(Model, scope, (ModelKind)Math.Max(0, Array.IndexOf(ModelKinds, ModelKind)), catalog.Find(Model));
        return new(new(Account, Principal, App, Team, Env, TagsOf(tagKeys)), Region, model, Operation)
        {
            Mode = Read(Mode, DimensionNames.TryParse, default(Mode)), Tier = Read(Tier, DimensionNames.TryParse, default(Tier)),
            Term = Read(Term, DimensionNames.TryParse, default(Term)), IsSum = IsSum,
            Context = Context.Length == 0 ? null : Read(Context, DimensionNames.TryParse, default(ContextBand)),
        };
    }

    // The names of the tags are written too, for each import may have kept others.
    static string TagText(TagValues tags, IReadOnlyList<string> keys)
    {
        var named = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < tags.Count && i < keys.Count; i++)
            if (tags[i] is { } value) named[keys[i]] = value;
        return named.Count == 0 ? "" : JsonSerializer.Serialize(named, Plain);
    }

    TagValues TagsOf(IReadOnlyList<string> keys)
    {
        if (keys.Count == 0) return TagValues.None;
        var named = Tags.Length == 0 ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(Tags)!;
        return new([.. keys.Select(k => named.GetValueOrDefault(k))]);
    }

    public delegate bool Parser<T>(string name, out T value);

    public static T Read<T>(string name, Parser<T> parse, T none) =>
        parse(name, out var value) ? value : name.Length == 0 ? none : throw new LedgerException($"'{name}' is not a {typeof(T).Name} "
            + "this version of Assay knows; a newer one has written the ledger. Use that one.");
}

/// <summary>Kinds and their numbers in a ledger.</summary>
sealed class KindNumbers(IReadOnlyList<string> tagKeys)
{
    // A reader makes one object of each kind; whoever makes one for every record must not fill memory with them.
    const int ObjectsMax = 65_536;

    readonly Dictionary<KindRow, int> byRow = [];
    readonly Dictionary<CallKind, int> byObject = new(ReferenceEqualityComparer.Instance);
    CallKind? last;
    int lastNumber;

    /// <summary>Kinds that were not there before, to be written.</summary>
    public List<(int Number, KindRow Row)> Added { get; } = [];

    public void Know(int number, KindRow row) => byRow[row] = number;

    public int Of(CallKind kind)
    {
        if (ReferenceEquals(kind, last)) return lastNumber;
        if (!byObject.TryGetValue(kind, out var number))
        {
            if (byObject.Count >= ObjectsMax) byObject.Clear();
            byObject[kind] = number = OfRow(KindRow.Of(kind, tagKeys));
        }
        (last, lastNumber) = (kind, number);
        return number;
    }

    int OfRow(KindRow row)
    {
        if (byRow.TryGetValue(row, out var known)) return known;
        var number = byRow.Count + 1;
        byRow[row] = number;
        Added.Add((number, row));
        return number;
    }
}
