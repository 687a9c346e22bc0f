using Assay.Control.Budgets;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Identity;
using Assay.Gateway.Metering;
using Assay.Gateway.Routing;
using Assay.Gateway.Runaways;
using Assay.Gateway.Settings;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Gateway.Door;

/// <summary>What was learned from calls: it outlives a change of the configuration, not a restart.</summary>
sealed class Remembered(TimeProvider time)
{
    public Calibration Calibration { get; } = new(time);
    public SessionRoutes Routes { get; } = new(time);
    public Sessions Sessions { get; } = new(time);
}

/// <summary>
/// All that a configuration, a book and a file of keys come to. Immutable: when one of them changes another is made, and calls on their
/// way keep the one they began with.
/// </summary>
sealed class Live
{
    public Live(
        GatewaySettings settings, IReadOnlyList<VirtualKey> keys, ModelCatalog catalog, PriceBook book, IReadOnlyList<Upstream> upstreams,
        BudgetBook budgets, RateBook rates, Remembered remembered)
    {
        (Settings, Catalog, Book, Budgets, Rates) = (settings, catalog, book, budgets, rates);
        Upstreams = upstreams;
        Models = new(settings, catalog, book, upstreams);
        var calibration = remembered.Calibration;
        Admitter = new(settings, book, budgets, rates, calibration);
        Router = new(settings, Models, Admitter, calibration, book, remembered.Routes);
        Watch = new(settings.Runaways, remembered.Sessions, calibration);
        Meter = new(book, calibration);
        Ring = new(keys.Select(k => new KeyHolder(k, settings.Account, settings.Policy, budgets, rates)));
    }

    public GatewaySettings Settings { get; }
    public ModelCatalog Catalog { get; }
    public PriceBook Book { get; }

    /// <summary>From which regions each model id is called; empty where nobody asked.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Availability { get; init; } = RegionAvailability.None;
    public IReadOnlyList<Upstream> Upstreams { get; }
    public BudgetBook Budgets { get; }
    public RateBook Rates { get; }
    public ModelTable Models { get; }
    public Admitter Admitter { get; }
    public Router Router { get; }
    public RunawayWatch Watch { get; }
    public CallMeter Meter { get; }
    public KeyRing Ring { get; }
}
