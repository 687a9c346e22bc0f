using System.CommandLine;

namespace Assay.Desk.Commands;

static class PricesCommand
{
    public static Command Make() => new("prices", "Price books.");
}
