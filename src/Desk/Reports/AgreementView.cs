namespace Assay.Desk.Reports;

static class AgreementView
{
    public static void Show(string file, bool json) => throw new Assay.Desk.Input.InputException($"'{file}' {json}");
}
