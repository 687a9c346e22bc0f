using Assay.Gateway.Settings;
using Assay.Gateway.Upstreams;
using Assay.Pricing;

namespace Assay.Gateway.Host;

/// <summary>Where the settings come from, now and when they change.</summary>
/// <param name="path">The configuration file; null for none.</param>
sealed class SettingsSource(string? path, PriceFolder prices)
{
    public string? Path => path;

    /// <summary>Where Bedrock Local listens, which then stands for every server; null without it.</summary>
    public Uri? Local { get; set; }

    /// <summary>Reads the settings as they are now.</summary>
    public SettingsReading Read()
    {
        var reading = path is null ? new(new(), [], []) : SettingsReader.Read(path, prices.ReadCatalog());
        if (reading.Settings is not { } settings) return reading;
        if (Local is null && settings.Upstreams.Count > 0) return reading;
        IReadOnlyList<UpstreamSettings> servers =
            [new("bedrock-local", UpstreamKind.Bedrock, Local?.ToString() ?? "", settings.Region, "", "") { IsLocal = true }];
        return reading with { Settings = settings with { Upstreams = Local is null ? settings.Upstreams : servers } };
    }
}
