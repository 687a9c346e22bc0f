using System.Text.Json;
using Assay.Bench;

if (args is ["--serve", var kind, var port, .. var to])
{
    GatewayServers.Serve(kind, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), to.FirstOrDefault());
    return 0;
}
string? data = null, root = null;
var json = false;
var wanted = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--data": data = args[++i]; break;
        case "--root": root = args[++i]; break;
        case "--json": json = true; break;
        case "--list":
            foreach (var bench in Benches.All) Console.WriteLine($"{bench.Id,-16} goal {bench.Goal,6}  {bench.What}");
            return 0;
        default: wanted.Add(args[i]); break;
    }
}
root ??= Directory.GetCurrentDirectory();
data ??= Path.Combine(root, "artifacts", "bench");
var chosen = wanted.Count == 0
    ? Benches.All
    : [.. Benches.All.Where(b => wanted.Contains(b.Id) || wanted.Any(w => b.Id.StartsWith(w + "-", StringComparison.Ordinal)))];
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"bench: '{string.Join(' ', wanted)}' is no benchmark. "
        + $"Accepted: {string.Join(", ", Benches.All.Select(b => b.Id))}.");
    return 2;
}
var results = new List<BenchResult>();
foreach (var bench in chosen)
{
    BenchResult result;
    try
    {
        result = bench.Run(new(root, data));
    }
    catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
    {
        Console.Error.WriteLine($"bench: {e.Message}");
        return 2;
    }
    results.Add(result);
    if (!json) Console.WriteLine(result);
}
if (json)
    Console.WriteLine(JsonSerializer.Serialize(results
        .Select(r => new { id = r.Id, value = r.Value, low = r.Low, high = r.High, baseline = r.Baseline, goal = r.Goal })));
return 0;
