using Assay.Gateway.Settings;
using Assay.Gateway.Upstreams;
using Assay.Pricing;

namespace Assay.Gateway.Host;

/// <summary>Where the settings come from, now and when they change.</summary>
/// <param name="path">The configuration file; null for none.</param>
/// <param name="isLocal">Whether Bedrock Local stands for every server.</param>
sealed class SettingsSource(string? path, PriceFolder prices, bool isLocal = false)
{
    public string? Path => path;

    /// <summary>Where Bedrock Local listens, once it does.</summary>
    public Uri? Local { get; set; }

    /// <summary>Reads the settings as they are now.</summary>
    public SettingsReading Read()
    {
        var reading = path is null ? new(new(), [], []) : SettingsReader.Read(path, prices, isLocal);
        if (reading.Settings is not { } settings || !isLocal) return reading;
        var server = new UpstreamSettings("bedrock-local", UpstreamKind.Bedrock, Local?.ToString() ?? "", settings.Region, "", "")
        {
            IsLocal = true,
        };
        // It stands for every server, by whatever name.
        var models = settings.Models.Select(m => m.Upstream.Length == 0 ? m : m with { Upstream = server.Name });
        return reading with { Settings = settings with { Upstreams = [server], Models = [.. models] } };
    }
}
