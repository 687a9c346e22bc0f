namespace Assay.Desk.Reports;

public static class ReportHtml
{
    public static void Write(Report report, TextWriter html) => html.Write(report.Book);
}
