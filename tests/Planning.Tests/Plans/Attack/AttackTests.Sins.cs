namespace Assay.Planning.Tests.Plans.Attack;

public partial class AttackTests
{
    static readonly Dictionary<string, Func<AttackLog, Planted>> Sins = new()
    {
        ["nightly job, 3 h from an odd minute"] = log => Job(log, 14, [1.6], 3, 160),
        ["nightly job in ten minutes"] = log => Job(log, 5, [3.2], 1 / 6.0, 200),
        ["nightly job around midnight"] = log => Job(log, 14, [23.3], 2, 150),
        ["nightly job of seven hours"] = log => Job(log, 10, [22.0], 7, 400),
        ["two runs a day"] = log => Job(log, 10, [2.5, 14.5], 1.5, 130),
        ["twice a night"] = log => Job(log, 10, [0.5, 4.5], 1, 130),
        ["weekly job"] = log => Job(log, 35, [5.0], 2, 400, every: 7),
        ["nightly job of InvokeModel"] = log => Job(log, 14, [3.0], 2, 150, operation: "InvokeModel"),
        ["nightly job under one name for ever"] = log => Job(log, 14, [3.0], 2, 150, session: _ => "etl"),
        ["nightly job with a name a run"] = log => Job(log, 14, [3.0], 2, 150, session: d => $"run-{d}"),
        ["short job at noon, to the minute"] = log => Job(log, 14, [12.0], .5, 200),
        ["nightly job, a few calls by hand in the day"] = log => Job(log, 14, [2.0], 2, 200, byHand: 3),
        ["classifier, one word"] = log => Classifier(log, Opus, i => (Pick(i, "billing", "refund", "other", "delivery"), 3)),
        ["classifier, long labels"] = log => Classifier(log, Opus, i => (Pick(i, "billing/duplicate-charge", "returns/damaged-in-transit", "account/locked"), 11)),
        ["classifier, yes or no"] = log => Classifier(log, Sonnet, i => (Pick(i, "Yes.", "No."), 4)),
        ["classifier, scores to a hundred"] = log => Classifier(log, Opus, i => ((i * 37 % 101).ToString(), 2), calls: 150),
        ["classifier, label and confidence"] = log => Classifier(log, Opus, i => ($"{Pick(i, "spam", "ham")} (0.{1000 + (i * 7919 % 9000)})", 8)),
        ["classifier, JSON label"] = log => Classifier(log, Opus, i => ($$"""{"label":"{{Pick(i, "a", "b", "c")}}"}""", 9)),
        ["classifier, JSON label and confidence"] = log =>
            Classifier(log, Opus, i => ($$"""{"label":"{{Pick(i, "a", "b", "c")}}","confidence":0.{{1000 + (i * 7919 % 9000)}}}""", 18)),
        ["classifier, fenced JSON"] = log => Classifier(log, Opus, i => ($"```json\n{{\"intent\": \"{Pick(i, "buy", "ask", "leave")}\"}}\n```", 16)),
        ["classifier of InvokeModel"] = log => Classifier(log, Opus, i => (Pick(i, "A", "B"), 2), operation: "InvokeModel"),
        ["Nova classifier"] = log => Classifier(log, "us.amazon.nova-pro-v1:0", i => (Pick(i, "A", "B"), 2), "us.amazon.nova-micro-v1:0", .80m, 3.20m, .035m, .14m),
        ["Nova classifier of InvokeModel"] = log =>
            Classifier(log, "us.amazon.nova-pro-v1:0", i => (Pick(i, "A", "B"), 2), "us.amazon.nova-micro-v1:0", .80m, 3.20m, .035m, .14m, operation: "InvokeModel"),
        ["Llama classifier"] = log => Classifier(log, "us.meta.llama3-3-70b-instruct-v1:0", i => (Pick(i, "A", "B"), 2), "us.meta.llama3-1-8b-instruct-v1:0",
            .72m, .72m, .17m, .66m, operation: "InvokeModel"),
        ["classifier of a big model, none other in use"] = log => Classifier(log, Opus, i => (Pick(i, "A", "B"), 2), small: ""),
        ["classifier of Sonnet, none other in use"] = log => Classifier(log, Sonnet, i => (Pick(i, "A", "B"), 2), small: ""),
        ["classifier, a dearer one of its maker in use"] = log => Classifier(log, Opus, i => (Pick(i, "A", "B"), 2), small: Sonnet),
        ["classifier, an old one of its maker in use"] = log =>
            Classifier(log, Sonnet, i => (Pick(i, "A", "B"), 2), small: "anthropic.claude-3-haiku-20240307-v1:0"),
        ["Nova classifier, a dearer one in use"] = log => Classifier(log, "us.amazon.nova-pro-v1:0", i => (Pick(i, "A", "B"), 2), "us.amazon.nova-lite-v1:0", .80m, 3.20m, .035m, .14m),
        ["classifier, a tool it must call"] = log => Classifier(log, Sonnet, i => (Pick(i, "billing", "refund", "other"), 35), tool: "classify"),
        ["classifier of InvokeModel, a tool it must call"] = log =>
            Classifier(log, Sonnet, i => (Pick(i, "billing", "refund", "other"), 35), operation: "InvokeModel", tool: "classify"),
        ["classifier, JSON label and the ticket's id"] = log =>
            Classifier(log, Opus, i => ($$"""{"ticket_id":{{100_000 + (i * 7919)}},"label":"{{Pick(i, "a", "b", "c")}}"}""", 18)),
        ["classifier of sixty labels"] = log => Classifier(log, Opus, i => ($"cat-{i * 37 % 61:000}", 4)),
        ["write-only cache, 5 min"] = log => WriteOnly(log, false, "Converse"),
        ["write-only cache, 1 h"] = log => WriteOnly(log, true, "Converse"),
        ["write-only cache, 1 h, InvokeModel"] = log => WriteOnly(log, true, "InvokeModel"),
        ["loop of one call"] = log => Looping(log, (i, _) => ("search", "same"), 2),
        ["loop of two calls in turn"] = log => Looping(log, (i, _) => (i % 2 == 0 ? "search" : "open", "same"), 2),
        ["loop after a good start"] = log => Looping(log, (i, _) => i < 6 ? ("search", $"q{i}") : ("search", "same"), 2),
        ["loop in one second"] = log => Looping(log, (i, _) => ("poll", "same"), 0),
        ["loop of tasks without a name"] = log => Looping(log, (i, _) => ("search", "same"), 2, isNamed: false),
        ["loop of one task under a name that all tasks share"] = log => Looping(log, (i, _) => ("search", "same"), 2, session: _ => "agent", tasks: 24),
        ["prefix in system"] = log => Prefix(log, "system", _ => ""),
        ["prefix in tools"] = log => Prefix(log, "tools", _ => ""),
        ["prefix in messages"] = log => Prefix(log, "messages", _ => ""),
        ["prefix behind a line that varies"] = log => Prefix(log, "behind", _ => ""),
        ["prefix, one name for ever"] = log => Prefix(log, "system", _ => "app"),
        ["prefix, one name and few calls"] = log => Prefix(log, "system", _ => "app", aDay: 24, days: 2),
        ["prefix, a name a day"] = log => Prefix(log, "system", i => $"day{i / 80}"),
        ["prefix, a name a user"] = log => Prefix(log, "system", i => $"user{i % 60}"),
        ["prefix of InvokeModel"] = log => Prefix(log, "system", _ => "", operation: "InvokeModel"),
        ["prefix in two serving regions"] = log => Prefix(log, "system", _ => "", served: ["us-east-1", "us-west-2"]),
        ["one huge day of calls"] = log => Spiky(log),
        ["context that grows, unnamed"] = log => Growing(log, false),
        ["context that grows, named"] = log => Growing(log, true),
        ["cache marked and unused, beside plain calls"] = log => WriteOnlyBeside(log),
        ["same principal in two accounts"] = log => TwoAccounts(log),
        ["spike of tokens"] = log => Tokens(log),
        ["throttling"] = log => Throttled(log),
    };

    static string Pick(int i, params string[] labels) => labels[(int)(((uint)i * 2654435761L) >> 16 & 0xFFFF) % labels.Length];

    static Planted Job(
        AttackLog log, int days, double[] starts, double hours, int calls, int every = 1, string operation = "Converse", Func<int, string>? session = null,
        int byHand = 0)
    {
        var saving = 0m;
        for (var day = 0; day < days; day += every)
        {
            var who = new Caller("Sinner", Sonnet, Operation: operation) { Session = session?.Invoke(day) ?? "" };
            var times = starts.SelectMany(s => log.Within(AttackLog.Start.AddDays(day).AddHours(s), hours, calls)).ToList();
            foreach (var time in times)
            {
                var said = new Said { Turns = [log.Prose(log.Random.Next(900, 3_000))], Answer = log.Prose(100), Output = log.Random.Next(80, 300) };
                saving += ((said.Prompt * SonnetInput) + (said.Output * SonnetOutput)) / 2m;
                log.Call(who, time, said);
            }
            if (day < byHand)
                log.Call(who, AttackLog.Start.AddDays(day).AddHours(15.2), new() { Turns = [log.Prose(500)], Answer = log.Prose(50), Output = 90 });
        }
        return new(Lever.Batch, ActionKind.Saving, saving);
    }

    static Planted Classifier(
        AttackLog log, string model, Func<int, (string Answer, int Tokens)> answer, string small = Haiku, decimal? input = null, decimal? output = null,
        decimal smallInput = 1.10m, decimal smallOutput = 5.50m, int calls = 300, string operation = "Converse", string tool = "")
    {
        // Somebody uses the small model already, for something else.
        foreach (var time in log.Office(small.Length > 0 ? 10 : 0, 5)) log.Call(new("Other", small, Operation: operation), time, new() { Turns = [log.Prose(300)], Answer = log.Prose(80) });
        var (i, saving) = (0, 0m);
        var (dearInput, dearOutput) = (input ?? (model == Opus ? 5.50m : 3.30m), output ?? (model == Opus ? 27.50m : 16.50m));
        foreach (var time in log.Office(10, calls / 10))
        {
            var (label, tokens) = answer(i++);
            var said = new Said { Turns = [log.Prose(log.Random.Next(300, 900) * (model.Contains("anthropic", StringComparison.Ordinal) ? 1 : 8))], Answer = label, Output = tokens };
            if (tool.Length > 0) said = said with { Calls = (tool, label) };
            saving += (said.Prompt * (dearInput - smallInput) + said.Output * (dearOutput - smallOutput)) / 1_000_000m;
            log.Call(new("Sinner", model, Operation: operation), time, said);
        }
        return new(Lever.Routing, ActionKind.Candidate, saving);
    }

    static Planted WriteOnly(AttackLog log, bool forAnHour, string operation)
    {
        var saving = 0m;
        foreach (var time in log.Office(10, 12))
        {
            var said = new Said { System = log.Prose(log.Random.Next(4_000, 9_000)), Turns = [log.Prose(120)], Answer = log.Prose(200), ForAnHour = forAnHour };
            said = said with { Written = said.System.Length / 4 };
            saving += said.Written * ((forAnHour ? SonnetWrite1h : SonnetWrite5m) - SonnetInput);
            log.Call(new("Sinner", Sonnet, Operation: operation), time, said);
        }
        return new(Lever.Caching, ActionKind.Saving, saving);
    }

    const int MaxCalls = 8;

    static string ToolUse(string id, (string Tool, string Argument) call) =>
        $$"""{"toolUse":{"toolUseId":"{{id}}","name":"{{call.Tool}}","input":{"q":"{{call.Argument}}"} } }""";

    static string ToolResult(string id, string text) => $$"""{"toolResult":{"toolUseId":"{{id}}","content":[{"text":"{{text}}"}]} }""";

    static Planted Looping(
        AttackLog log, Func<int, int, (string, string)> call, int secondsBetween, bool isNamed = true, Func<int, string>? session = null, int tasks = 40)
    {
        var saving = 0m;
        for (var task = 0; task < tasks; task++)
        {
            var loops = task % 8 == 3;
            var length = loops ? log.Random.Next(14, 40) : log.Random.Next(2, 7);
            var time = AttackLog.Start.AddDays(task / 6).AddHours(8 + (task % 6 * 1.5)).AddMinutes(log.Random.Next(50));
            List<string> turns = [log.Prose(400)];
            for (var i = 0; i < length; i++)
            {
                var last = i == length - 1;
                var next = loops ? call(i, task) : ("search", $"{task}-{i}");
                var who = new Caller("Sinner", Sonnet) { Session = isNamed ? session?.Invoke(task) ?? $"task-{task}" : "" };
                var said = new Said { Turns = [.. turns], Calls = last ? null : next, Answer = log.Prose(90), Output = last ? 120 : 40 };
                log.Call(who, time, said);
                if (loops && i >= MaxCalls) saving += (said.Prompt * SonnetInput) + (said.Output * SonnetOutput);
                time = time.AddSeconds(secondsBetween);
                turns.Add(ToolUse($"t{i}", next));
                turns.Add(ToolResult($"t{i}", log.Prose(300)));
            }
        }
        return new(Lever.Agents, ActionKind.Saving, saving);
    }

    static Planted Prefix(
        AttackLog log, string place, Func<int, string> session, string operation = "Converse", int days = 6, int aDay = 80, string[]? served = null)
    {
        var shared = log.Prose(3_200);
        var used = new Dictionary<(string, bool), DateTime>();
        var (five, hour, i) = (0m, 0m, 0);
        foreach (var time in log.Office(days, aDay))
        {
            var region = served is null ? "" : served[log.Random.Next(served.Length)];
            var own = log.Prose(log.Random.Next(150, 500));
            var said = place switch
            {
                "system" => new Said { System = shared, Turns = [own] },
                "tools" => new Said { Tools = shared, Turns = [own] },
                "messages" => new Said { Turns = [shared + "\n\n" + own] },
                _ => new Said { System = $"Request {log.Random.Next()} of {time:O} by {log.Prose(8)}\n\n" + shared, Turns = [own] },
            };
            log.Call(new("Sinner", Sonnet, Operation: operation) { Session = session(i++), ServedIn = region }, time,
                said with { Answer = log.Prose(150), Output = log.Random.Next(100, 250) });
            five += 3_200 * (SonnetInput - (Hit(false, TimeSpan.FromMinutes(5)) ? SonnetRead : SonnetWrite5m));
            hour += 3_200 * (SonnetInput - (Hit(true, TimeSpan.FromHours(1)) ? SonnetRead : SonnetWrite1h));

            bool Hit(bool isHour, TimeSpan lifetime)
            {
                var hit = used.TryGetValue((region, isHour), out var last) && time - last <= lifetime;
                used[(region, isHour)] = time;
                return hit;
            }
        }
        return new(Lever.Caching, ActionKind.Saving, Math.Max(five, hour));
    }

    static Planted Spiky(AttackLog log)
    {
        for (var day = 0; day < 12; day++)
            foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(6), 14, day == 8 ? 600 : 40))
                log.Call(new("Sinner", Sonnet), time, new() { Turns = [log.Prose(400)], Answer = log.Prose(80) });
        return new(Lever.Governance, ActionKind.Warning, 0m);
    }

    static Planted Throttled(AttackLog log)
    {
        var i = 0;
        foreach (var time in log.Office(5, 60))
            log.Call(new("Sinner", Sonnet), time, new() { Turns = [log.Prose(400)], Answer = log.Prose(80), Error = i++ % 9 == 0 ? "ThrottlingException" : null });
        return new(Lever.Governance, ActionKind.Warning, 0m);
    }

    // Conversations of ten turns, each call carrying all before it: a cache at the end of the messages, for five minutes.
    static Planted Growing(AttackLog log, bool isNamed)
    {
        var saving = 0m;
        for (var task = 0; task < 60; task++)
        {
            var time = AttackLog.Start.AddHours(7 + (task % 10) + (24 * (task / 10))).AddMinutes(log.Random.Next(20));
            List<string> turns = [log.Prose(1_500)];
            var before = 0L;
            for (var i = 0; i < 10; i++)
            {
                var said = new Said { Turns = [.. turns], Answer = log.Prose(120), Output = 150 };
                log.Call(new("Sinner", Sonnet) { Session = isNamed ? $"chat-{task}" : "" }, time, said);
                saving += (said.Prompt * SonnetInput) - (before * SonnetRead) - ((said.Prompt - before) * SonnetWrite5m);
                before = said.Prompt;
                time = time.AddSeconds(log.Random.Next(20, 120));
                turns.Add(said.Answer);
                turns.Add(log.Prose(log.Random.Next(200, 700)));
            }
        }
        return new(Lever.Caching, ActionKind.Saving, saving);
    }

    static Planted WriteOnlyBeside(AttackLog log)
    {
        var planted = WriteOnly(log, false, "Converse");
        foreach (var time in log.Office(10, 30)) log.Call(new("Sinner", Sonnet), time, new() { Turns = [log.Prose(800)], Answer = log.Prose(100) });
        return planted;
    }

    // The other account's role of the same name works by day: its calls are its own.
    static Planted TwoAccounts(AttackLog log)
    {
        var planted = Job(log, 8, [2], 2, 150);
        foreach (var time in log.Office(8, 100))
            log.Call(new("Sinner", Sonnet, Account: "777788889999"), time, new() { Turns = [log.Prose(900)], Answer = log.Prose(100) });
        return planted;
    }

    static Planted Tokens(AttackLog log)
    {
        for (var day = 0; day < 10; day++)
            foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(6), 14, 40))
                log.Call(new("Sinner", Sonnet), time, new() { Turns = [log.Prose(day == 6 ? 8_000 : 500)], Answer = log.Prose(80) });
        return new(Lever.Governance, ActionKind.Warning, 0m);
    }
}
