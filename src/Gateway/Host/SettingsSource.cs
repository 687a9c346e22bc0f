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
        var reading = path is null ? new(new(), [], []) : SettingsReader.Read(path, prices.ReadCatalog());
        if (reading.Settings is not { } settings) return reading;
        if (isLocal)
        {
            var server = new UpstreamSettings("bedrock-local", UpstreamKind.Bedrock, Local?.ToString() ?? "", settings.Region, "", "")
            {
                IsLocal = true,
            };
            return reading with { Settings = settings with { Upstreams = [server] } };
        }
        return settings.Upstreams.Count > 0 ? reading : reading with
        {
            Settings = null,
            Errors = [new(new(path ?? "", 1, 1),
                "there is no server that calls could go to; accepted: 'upstreams' with at least one, or --local")],
        };
    }
}
