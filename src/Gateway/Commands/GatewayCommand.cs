using System.CommandLine;
using System.CommandLine.Help;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Host;
using Assay.Gateway.Identity;
using Assay.Gateway.Settings;
using Assay.Pricing;

namespace Assay.Gateway.Commands;

/// <summary>How a command ended.</summary>
static class ExitCode
{
    public const int Fine = 0, WrongInput = 2, OutsideFailed = 3;
}

/// <summary><c>assay gateway</c>: starts the gateway, checks its configuration, keeps its keys.</summary>
static class GatewayCommand
{
    public const string About = "Starts the gateway: every call admitted, priced before it is sent, held to budgets, written down.";
    const string Example = "assay gateway --local";

    /// <summary>Where a gateway keeps its journal, keys and leases when nothing is said.</summary>
    const string DataFolder = "assay-gateway";

    /// <summary>The key that a gateway in front of Bedrock Local is started with.</summary>
    const string FirstKey = "local";

    static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "The configuration, YAML or JSON; every key: docs/gateway.md.",
    };
    static readonly Option<bool> Local = new("--local")
    {
        Description = "In front of Bedrock Local, the simulator: no account needed. Makes a first key.",
    };
    static readonly Option<string> Listen = new("--listen")
    {
        Description = "HOST:PORT; port 0 picks a free one.", DefaultValueFactory = _ => "127.0.0.1:8080",
    };
    static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "The folder of journal, keys and leases.", DefaultValueFactory = _ => new DirectoryInfo(DataFolder), Recursive = true,
    };
    static readonly Option<bool> Check = new("--check") { Description = "Reads the configuration, reports every mistake, and ends." };
    static readonly Option<bool> Json = new("--json") { Description = "Says where it listens as a line of JSON.", Recursive = true };

    public static async Task<int> Run(string[] args)
    {
        // The launcher hands over everything behind 'assay'.
        if (args is ["gateway", .. var rest]) args = rest;
        var root = new Command("gateway", About) { Config, Local, Listen, Data, Check, Json, new HelpOption() };
        root.Subcommands.Add(KeysCommand.Make(Data, Json));
        root.SetAction(Start);
        ExampleOfHelp.Apply(root, Example);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return Say($"{parsed.Errors[0].Message.TrimEnd('.')}. See 'assay gateway --help'.", ExitCode.WrongInput);
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (GatewayException wrong)
        {
            return Say(wrong.Message, wrong.IsOutside ? ExitCode.OutsideFailed : ExitCode.WrongInput);
        }
        catch (Exception wrong) when (wrong is PriceBookException or FormatException)
        {
            return Say(wrong.Message, ExitCode.WrongInput);
        }
        catch (Exception outside) when (outside is IOException or UnauthorizedAccessException)
        {
            return Say(outside.Message, ExitCode.OutsideFailed);
        }
    }

    static int Say(string message, int code)
    {
        Console.Error.WriteLine("assay gateway: " + message);
        return code;
    }

    static async Task<int> Start(ParseResult parsed, CancellationToken cancel)
    {
        var prices = PriceFolder.BuiltIn;
        var source = new SettingsSource(parsed.GetValue(Config)?.FullName, prices, parsed.GetValue(Local));
        if (!parsed.GetValue(Local) && source.Path is null)
            throw new GatewayException("say where calls go: --config FILE (samples/gateway.yaml is one), or --local for Bedrock Local.");
        var reading = source.Read();
        foreach (var doubt in reading.Warnings) Console.Error.WriteLine(doubt);
        if (reading.Settings is not { } settings) return Mistaken(reading);
        if (parsed.GetValue(Check)) return Checked(settings, prices);

        await using var local = parsed.GetValue(Local) ? await StartLocal(settings, prices, cancel).ConfigureAwait(false) : null;
        if (local is not null) source.Local = local.Address;
        var data = parsed.GetValue(Data)!.FullName;
        string? key = null;
        var start = new GatewayStart(EndPointOf(parsed.GetValue(Listen)!), data, source, prices) { Tell = Warn };
        if (local is not null)
            start = start with { Prepare = () => key = KeysCommand.EnsureLocal(new KeyFile(start.Keys), FirstKey, TimeProvider.System) };
        await using var host = await GatewayHost.Start(start, TimeProvider.System, Warn, cancel).ConfigureAwait(false);
        Announce(host.Address, key, data, parsed.GetValue(Json));
        await Stopped(cancel).ConfigureAwait(false);
        return ExitCode.Fine;
    }

    static void Warn(string message) => Console.Error.WriteLine("assay gateway: " + message);

    static Task<BedrockLocal> StartLocal(GatewaySettings settings, PriceFolder prices, CancellationToken cancel) => BedrockLocal.Start(new()
    {
        Catalog = prices.ReadCatalog(), Profiles = settings.Profiles, Region = settings.Region, Account = settings.Account,
    }, cancel);

    static int Mistaken(SettingsReading mistaken)
    {
        foreach (var error in mistaken.Errors) Console.Error.WriteLine(error);
        var count = mistaken.Errors.Count;
        return Say($"the configuration has {(count == 1 ? "a mistake" : $"{count} mistakes")}, named above; docs/gateway.md has every key.",
            ExitCode.WrongInput);
    }

    static int Checked(GatewaySettings settings, PriceFolder prices)
    {
        Console.Out.WriteLine($"The configuration is good: {settings.Summary()}; prices {prices.Open(settings.Book).Id}.");
        return ExitCode.Fine;
    }

    static void Announce(Uri address, string? key, string data, bool asJson)
    {
        var listening = address.ToString().TrimEnd('/');
        if (asJson)
        {
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                json.WriteString("listening", listening);
                if (key is not null) json.WriteString("key", key);
                json.WriteEndObject();
            }
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(line.ToArray()));
            Console.Out.Flush();
            return;
        }
        Console.Out.WriteLine($"Assay gateway on {listening} · journal in {Path.Combine(data, "journal")}");
        if (key is null) return;
        Console.Out.WriteLine($"""

            In front of Bedrock Local: nothing leaves this machine. Point a client of AWS at it:

              export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={listening} AWS_BEARER_TOKEN_BEDROCK={key} AWS_REGION=us-east-1

            and see what its calls cost:  assay report {Path.Combine(data, "journal")}
            """);
    }

    static async Task Stopped(CancellationToken cancel)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var cancelled = cancel.Register(() => stopped.TrySetResult());
        await stopped.Task.ConfigureAwait(false);
    }

    static IPEndPoint EndPointOf(string text)
    {
        const string accepted = "accepted: an address and a port, such as 127.0.0.1:8080 or [::1]:0";
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        if (host == "localhost") host = "127.0.0.1";
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var address) || !ushort.TryParse(text[(colon + 1)..], out var port))
            throw new GatewayException($"'{text}' is not a place to listen on; {accepted}.");
        return new(address, port);
    }
}
