namespace Assay.Planning.Tests.Plans.Attack;

public partial class AttackTests
{
    static readonly Dictionary<string, Action<AttackLog>> Sound = new()
    {
        ["people who work three hours in the morning"] = log => People(log, 9, 3, 120),
        ["people who work two hours in the afternoon"] = log => People(log, 15, 2, 200),
        ["people at work for eight hours in Tokyo"] = log => People(log, 0, 8, 200, "ap-northeast-1"),
        ["an hourly feed"] = log =>
        {
            for (var hour = 0; hour < 24 * 6; hour++)
                foreach (var time in log.Within(AttackLog.Start.AddHours(hour), .1, 12)) Plain(log, time);
        },
        ["five runs a day"] = log =>
        {
            for (var run = 0; run < 5 * 8; run++)
                foreach (var time in log.Within(AttackLog.Start.AddHours(run * 24 / 5.0), .2, 110)) Plain(log, time);
        },
        ["two nights only"] = log =>
        {
            for (var day = 0; day < 2; day++)
                foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(2), 2, 200)) Plain(log, time);
        },
        ["a cache that is read"] = log => GoodCache(log, "Converse"),
        ["a cache of InvokeModel that is read"] = log => GoodCache(log, "InvokeModel"),
        ["an agent of twelve different calls"] = log => Agent(log, (_, i) => ("search", $"q{i}"), t => $"task-{t}"),
        ["an agent that polls three times"] = log => Agent(log, (_, i) => i is 4 or 6 or 8 ? ("status", "job") : ("search", $"q{i}"), t => $"task-{t}"),
        ["an agent that polls at the end"] = log => Agent(log, (_, i) => i >= 8 ? ("status", "job") : ("search", $"q{i}"), t => $"task-{t}"),
        ["tasks that begin alike, under one name"] = log => Agent(log, (t, i) => i == 0 ? ("policy", "all") : ("search", $"q{t}-{i}"), _ => "agent", 4, 20),
        ["a name a user, who asks the time in each task"] = log =>
            Agent(log, (t, i) => i == 0 ? ("now", "utc") : ("search", $"q{t}-{i}"), t => $"user-{t % 3}", 4, 30),
        ["a JSON extractor of long answers"] = log =>
        {
            var i = 0;
            foreach (var time in log.Office(8, 40))
                log.Call(new("Sound", Sonnet), time, new() { Turns = [log.Prose(700)], Output = 130, Answer =
                    $$"""{"number":"INV-{{10_000 + i++}}","supplier":"{{log.Prose(10)}}","lines":"{{log.Prose(70)}}"}""" });
        },
        ["names read from documents"] = log =>
        {
            foreach (var time in log.Office(8, 40)) log.Call(new("Sound", Sonnet), time, new() { Turns = [log.Prose(700)], Output = 6, Answer = log.Prose(5).Trim(' ', '.') });
        },
        ["numbers of invoices read from documents"] = log =>
        {
            foreach (var time in log.Office(8, 40))
                log.Call(new("Sound", Sonnet), time, new() { Turns = [log.Prose(700)], Output = 7, Answer = $"INV-{log.Random.Next(100_000, 999_999)}" });
        },
        ["dates read from documents"] = log => Reads(log, () => ($"2026-{log.Random.Next(1, 13):00}-{log.Random.Next(1, 29):00}", 6), 90),
        ["ids and totals read from documents"] = log =>
            Reads(log, () => ($$"""{"invoice_id":"INV-{{log.Random.Next(100_000, 999_999)}}","total":{{log.Random.Next(1_000, 99_999)}}}""", 18), 40),
        ["a call that only asks whether it answers"] = log => Reads(log, () => ("ok", 1), 40),
        ["a small model that classifies"] = log => SmallClassifier(log, Haiku),
        ["the smallest Nova that classifies"] = log => SmallClassifier(log, "us.amazon.nova-micro-v1:0"),
        ["a small Llama that classifies"] = log => SmallClassifier(log, "us.meta.llama3-1-8b-instruct-v1:0"),
        ["a launch that stays"] = log =>
        {
            int[] days = [30, 33, 28, 31, 190, 160, 140, 150, 130, 120];
            for (var day = 0; day < days.Length; day++)
                foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(6), 16, days[day])) Plain(log, time);
        },
        ["a big run each Sunday beside a little work"] = log =>
        {
            for (var day = 0; day < 28; day++)
                foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(6), 16, day % 7 == 6 ? 150 : 20)) Plain(log, time);
        },
        ["a nightly agent whose calls wait for one another"] = log =>
        {
            for (var night = 0; night < 8; night++)
                for (var task = 0; task < 40; task++)
                {
                    var time = AttackLog.Start.AddDays(night).AddHours(2).AddMinutes(task * 2);
                    List<string> turns = [log.Prose(300)];
                    for (var i = 0; i < 4; i++)
                    {
                        log.Call(new("Sound", Sonnet), time.AddSeconds(i * 20), new() { Turns = [.. turns], Answer = log.Prose(60), Output = 80 });
                        turns.Add(log.Prose(60));
                        turns.Add(log.Prose(100));
                    }
                }
        },
        ["a nightly job too small for a batch"] = log =>
        {
            for (var day = 0; day < 10; day++)
                foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(2), 1, 60)) Plain(log, time);
        },
        ["people who read along two hours a night"] = log =>
        {
            for (var day = 0; day < 10; day++)
                foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(2), 2, 150))
                    log.Call(new("Sound", Sonnet, Operation: "ConverseStream"), time, new() { Turns = [log.Prose(600)], Answer = log.Prose(100) });
        },
        ["two accounts whose agents bear one session's name"] = log =>
        {
            for (var task = 0; task < 12; task++)
                for (var i = 0; i < 6; i++)
                    log.Call(new("Sound", Haiku, Account: task % 2 == 0 ? "111111111111" : "222222222222") { Session = $"s{task / 2}" },
                        AttackLog.Start.AddHours(task).AddSeconds(i * 9), new()
                        {
                            Turns = [log.Prose(200)], Calls = i == 5 ? null : ("search", $"{i % 4}"), Answer = log.Prose(50), Output = 40,
                        });
        },
        ["few calls of little"] = log =>
        {
            foreach (var time in log.Office(10, 3)) Plain(log, time);
        },
    };

    static void Plain(AttackLog log, DateTime time, string region = "us-east-1") => log.Call(new("Sound", Sonnet, Region: region), time,
        new() { Turns = [log.Prose(log.Random.Next(300, 900))], Answer = log.Prose(100), Output = log.Random.Next(60, 200) });

    // Each begins a little earlier or later, on working days.
    static void People(AttackLog log, double start, double hours, int calls, string region = "us-east-1")
    {
        for (var day = 0; day < 14; day++)
        {
            if (day % 7 >= 5) continue;
            foreach (var time in log.Within(AttackLog.Start.AddDays(day).AddHours(start), hours, calls)) Plain(log, time, region);
        }
    }

    static void GoodCache(AttackLog log, string operation)
    {
        var shared = log.Prose(4_000);
        DateTime? last = null;
        foreach (var time in log.Office(2, 900))
        {
            var hit = last is { } before && time - before <= TimeSpan.FromMinutes(5);
            last = time;
            log.Call(new("Sound", Sonnet, Operation: operation), time, new()
            {
                System = shared, Turns = [log.Prose(200)], Answer = log.Prose(100), Written = hit ? 0 : 4_000, Read = hit ? 4_000 : 0,
            });
        }
    }

    static void Agent(AttackLog log, Func<int, int, (string, string)> call, Func<int, string> session, int length = 12, int tasks = 16)
    {
        for (var task = 0; task < tasks; task++)
        {
            var time = AttackLog.Start.AddHours(8 + (task * .5));
            List<string> turns = [log.Prose(100)];
            for (var i = 0; i < length; i++)
            {
                // Below the least that is cached: what a cache would bring is another test's.
                var next = call(task, i);
                log.Call(new("Sound", Haiku) { Session = session(task) }, time, new()
                {
                    Turns = [.. turns], Calls = i == length - 1 ? null : next, Answer = log.Prose(60), Output = 40,
                });
                time = time.AddSeconds(15);
                turns.Add(ToolUse($"t{task}{i}", next));
                turns.Add(ToolResult($"t{task}{i}", log.Prose(60)));
            }
        }
    }

    static void Reads(AttackLog log, Func<(string Answer, int Tokens)> answer, int aDay)
    {
        foreach (var time in log.Office(10, aDay))
        {
            var (text, tokens) = answer();
            log.Call(new("Sound", Sonnet), time, new() { Turns = [log.Prose(700)], Answer = text, Output = tokens });
        }
    }

    static void SmallClassifier(AttackLog log, string model)
    {
        var i = 0;
        foreach (var time in log.Office(10, 60)) log.Call(new("Sound", model), time, new() { Turns = [log.Prose(6_000)], Answer = Pick(i++, "A", "B", "C"), Output = 2 });
    }
}
