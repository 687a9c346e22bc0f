using System.CommandLine;

namespace Assay.Desk.Commands;

static class DemoCommand
{
    public static Command Make() => new("demo", "The tour on the sample estate.");
}
