using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text.Json;
using Assay.Gateway.Identity;

namespace Assay.Gateway.Commands;

/// <summary><c>assay gateway keys</c>: makes, lists, rotates and revokes virtual keys. A secret is shown once, when it is made.</summary>
static class KeysCommand
{
    const double GraceDefault = 24, GraceMax = 24 * 366;

    static readonly Argument<string> Name = new("NAME") { Description = "Letters, digits and '._-', up to 64." };
    static readonly Option<string> App = new("--app")
    {
        Description = "The application its calls are charged to.", DefaultValueFactory = _ => "",
    };
    static readonly Option<string> Team = new("--team") { Description = "The team.", DefaultValueFactory = _ => "" };
    static readonly Option<string> Env = new("--env") { Description = "The environment, such as prod.", DefaultValueFactory = _ => "" };
    static readonly Option<string[]> Models = new("--model")
    {
        Description = "Models it may use, by pattern; may be given several times. All the policy permits when left out.",
    };
    static readonly Option<string[]> Regions = new("--region") { Description = "Regions it may call, by pattern." };
    static readonly Option<string[]> DialectNames = new("--dialect") { Description = "bedrock, openai or anthropic; all when left out." };
    static readonly Option<string> Expires = new("--expires")
    {
        Description = "A day such as 2026-12-31, or a time such as '90 days'.", DefaultValueFactory = _ => "",
    };
    static readonly Option<double> Grace = new("--grace-hours")
    {
        Description = "How long the secret before is still taken.", DefaultValueFactory = _ => GraceDefault,
    };
    static readonly Option<string> Book = new("--book")
    {
        Description = "The book that knows the models named.", DefaultValueFactory = _ => KeyLimits.Books,
    };
    static readonly Option<bool> Previous = new("--previous")
    {
        Description = "Ends only the secret before the last rotation; the present one goes on.",
    };

    public static Command Make(Option<DirectoryInfo> data, Option<bool> json)
    {
        var create = With("create", "Makes a key and shows its secret, once.",
            "assay gateway keys create chatbot --team service --env prod",
            Name, App, Team, Env, Models, Regions, DialectNames, Expires, Book);
        create.SetAction(p => Show(p.GetValue(json), Create(FileOf(p, data), p)));
        var list = With("list", "Lists the keys; never a secret.", "assay gateway keys list");
        list.SetAction(p => List(FileOf(p, data).Read(), p.GetValue(json), Now()));
        var rotate = With("rotate", "Gives a key a new secret; the one before is taken for a while longer.",
            "assay gateway keys rotate chatbot", Name, Grace);
        rotate.SetAction(p =>
        {
            var made = Rotate(FileOf(p, data), p.GetValue(Name)!, GraceOf(p.GetValue(Grace)), Now());
            Show(p.GetValue(json), made);
            if (!p.GetValue(json)) Console.Error.WriteLine(Until(made.Key, Now()));
            return ExitCode.Fine;
        });
        var revoke = With("revoke", "Ends a key at once, or only the secret before its last rotation.", "assay gateway keys revoke chatbot",
            Name, Previous);
        revoke.SetAction(p => p.GetValue(Previous) ? RevokePrevious(FileOf(p, data), p.GetValue(Name)!, Now())
            : Revoke(FileOf(p, data), p.GetValue(Name)!, Now()));
        var keys = With("keys", "Makes, lists, rotates and revokes the keys that clients come with.",
            "assay gateway keys create chatbot --team service");
        foreach (var command in (Command[])[create, list, rotate, revoke]) keys.Subcommands.Add(command);
        return keys;
    }

    static Command With(string name, string about, string example, params Symbol[] parts)
    {
        var command = new Command(name, about) { new HelpOption() };
        foreach (var part in parts)
        {
            if (part is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)part);
        }
        ExampleOfHelp.Apply(command, example);
        return command;
    }

    static KeyFile FileOf(ParseResult parsed, Option<DirectoryInfo> data) =>
        new(Path.Combine(parsed.GetValue(data)!.FullName, "keys.json"));

    static (VirtualKey Key, string Secret) Create(KeyFile file, ParseResult parsed)
    {
        var now = Now();
        var wanted = new VirtualKey
        {
            Name = parsed.GetValue(Name)!, Shown = "", Hash = "", Created = now, Expires = ExpiryOf(parsed.GetValue(Expires)!, now),
            App = parsed.GetValue(App)!, Team = parsed.GetValue(Team)!, Env = parsed.GetValue(Env)!,
            Models = parsed.GetValue(Models) ?? [], Regions = parsed.GetValue(Regions) ?? [],
            Dialects = parsed.GetValue(DialectNames) ?? [],
        };
        KeyLimits.Check(wanted, Pricing.PriceFolder.BuiltIn, parsed.GetValue(Book)!);
        return Create(file, wanted);
    }

    /// <summary>Adds a key and gives its secret.</summary>
    public static (VirtualKey Key, string Secret) Create(KeyFile file, VirtualKey wanted)
    {
        Check(wanted);
        return file.Change(keys =>
        {
            if (keys.Any(k => k.Name == wanted.Name && !k.IsRevoked))
                throw new GatewayException(
                    $"there is a key '{wanted.Name}' already; choose another name, or 'assay gateway keys rotate {wanted.Name}'.");
            var secret = KeySecret.Make();
            var key = wanted with { Shown = KeySecret.ShownOf(secret), Hash = KeySecret.HashOf(secret) };
            keys.Add(key);
            return (key, secret);
        });
    }

    // Names and owners become tags of requests: what Bedrock does not take there must not get in here.
    static void Check(VirtualKey key)
    {
        if (key.Name.Length is 0 or > 64 || !key.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw new GatewayException($"'{key.Name}' is not a key's name; accepted: letters, digits and '._-', up to 64.");
        foreach (var (what, value) in new[] { ("app", key.App), ("team", key.Team), ("env", key.Env) })
            if (value.Length > 256 || !value.All(c => char.IsAsciiLetterOrDigit(c) || " :_@$#=/+,-.".Contains(c)))
                throw new GatewayException(
                    $"'{value}' is not accepted for --{what}; accepted: letters, digits, spaces and ':_@$#=/+,-.', up to 256.");
        foreach (var dialect in key.Dialects)
            if (!Calls.DialectNames.All.Contains(dialect))
                throw new GatewayException($"'{dialect}' is not a dialect; accepted: {string.Join(", ", Calls.DialectNames.All)}.");
    }

    static DateTime? ExpiryOf(string text, DateTime now)
    {
        if (text.Length == 0) return null;
        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day))
            return day > now ? day : throw new GatewayException($"'{text}' is over; accepted: a day to come.");
        if (Control.Files.AmountUnit.Duration.Read(text, out _) is { } seconds and > 0) return now.AddSeconds((double)seconds);
        throw new GatewayException($"'{text}' is not an end; accepted: a day such as 2026-12-31, or a time such as '90 days'.");
    }

    static TimeSpan GraceOf(double hours) => hours is >= 0 and <= GraceMax ? TimeSpan.FromHours(hours)
        : throw new GatewayException($"'{hours}' is not accepted for --grace-hours; accepted: 0 to {GraceMax:N0} hours.");

    static (VirtualKey Key, string Secret) Rotate(KeyFile file, string name, TimeSpan grace, DateTime now) => file.Change(keys =>
    {
        var at = Find(keys, name);
        var secret = KeySecret.Make();
        keys[at] = keys[at] with
        {
            Hash = KeySecret.HashOf(secret), Shown = KeySecret.ShownOf(secret), PreviousHash = keys[at].Hash, PreviousUntil = now + grace,
        };
        return (keys[at], secret);
    });

    static string Until(VirtualKey key, DateTime now) => key.PreviousUntil is { } until && until > now
        ? string.Create(CultureInfo.InvariantCulture, $"The secret before it is taken until {until:yyyy-MM-dd HH:mm} UTC; ")
            + $"'assay gateway keys revoke {key.Name} --previous' ends it now."
        : "The secret before it is taken no more.";

    static int Revoke(KeyFile file, string name, DateTime now)
    {
        file.Change(keys =>
        {
            var at = Find(keys, name);
            return keys[at] = keys[at] with { Revoked = now };
        });
        Console.Out.WriteLine($"Key '{name}' is revoked; a running gateway takes no more calls with it within a second or two.");
        return ExitCode.Fine;
    }

    static int RevokePrevious(KeyFile file, string name, DateTime now)
    {
        file.Change(keys =>
        {
            var at = Find(keys, name);
            if (!HasPrevious(keys[at], now))
                throw new GatewayException($"key '{name}' has one secret only; 'assay gateway keys revoke {name}' ends the key.");
            return keys[at] = keys[at] with { PreviousHash = null, PreviousUntil = null };
        });
        Console.Out.WriteLine($"The secret of key '{name}' before its last rotation is ended; a running gateway takes no more calls "
            + "with it within a second or two.");
        return ExitCode.Fine;
    }

    static bool HasPrevious(VirtualKey key, DateTime now) => key.PreviousHash is not null && key.PreviousUntil > now;
    static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    static int Find(List<VirtualKey> keys, string name) => keys.FindIndex(k => k.Name == name && !k.IsRevoked) is >= 0 and var at ? at
        : throw new GatewayException($"there is no key '{name}'; 'assay gateway keys list' shows which there are.");

    /// <summary>A key for trying things out: made anew at each start, so that its secret need not be kept.</summary>
    public static string EnsureLocal(KeyFile file, string name, TimeProvider time) => file.Change(keys =>
    {
        var secret = KeySecret.Make();
        var key = new VirtualKey
        {
            Name = name, Shown = KeySecret.ShownOf(secret), Hash = KeySecret.HashOf(secret), Created = time.GetUtcNow().UtcDateTime,
            App = "quick-start", Team = "local", Env = "dev",
        };
        keys.RemoveAll(k => k.Name == name);
        keys.Add(key);
        return secret;
    });

    static int Show(bool asJson, (VirtualKey Key, string Secret) made)
    {
        if (asJson)
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                name = made.Key.Name, key = made.Secret, expires = made.Key.Expires, previous_until = made.Key.PreviousUntil,
            }));
        else
        {
            Console.Out.WriteLine(made.Secret);
            Console.Error.WriteLine($"This is the secret of key '{made.Key.Name}'. It is shown this once; only its hash is kept.");
        }
        return ExitCode.Fine;
    }

    static int List(IReadOnlyList<VirtualKey> keys, bool asJson, DateTime now)
    {
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(keys.Select(k => new
            {
                name = k.Name, begins = k.Shown, app = k.App, team = k.Team, env = k.Env, models = k.Models, regions = k.Regions,
                dialects = k.Dialects, created = k.Created, expires = k.Expires, revoked = k.Revoked,
                previous_until = HasPrevious(k, now) ? k.PreviousUntil : null,
            })));
            return ExitCode.Fine;
        }
        if (keys.Count == 0) Console.Out.WriteLine("There are no keys yet; make one with 'assay gateway keys create NAME'.");
        foreach (var key in keys)
        {
            var owner = string.Join(" ", new[] { ("app", key.App), ("team", key.Team), ("env", key.Env) }
                .Where(o => o.Item2.Length > 0).Select(o => $"{o.Item1}={o.Item2}"));
            var state = key.Revoked is { } revoked ? $"revoked {revoked:yyyy-MM-dd}" : key.Expires is { } end ? $"until {end:yyyy-MM-dd}"
                : "";
            Console.Out.WriteLine($"{key.Name,-24} {key.Shown}…  {owner,-48} {state}".TrimEnd());
            if (KeyLimits.Words(key) is { Length: > 0 } limits) Console.Out.WriteLine($"{"",-24} only {limits}");
            if (HasPrevious(key, now) && !key.IsRevoked)
                Console.Out.WriteLine($"{"",-24} the secret before is taken until {key.PreviousUntil:yyyy-MM-dd HH:mm} UTC");
        }
        return ExitCode.Fine;
    }
}
