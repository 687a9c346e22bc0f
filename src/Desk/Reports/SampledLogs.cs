namespace Assay.Desk.Reports;

/// <summary>How <c>assay model --sample</c> is asked to sample.</summary>
sealed record SamplingRequest(string Folder, int Days, ulong Seed, double Scale, bool WithText)
{
    public const int DaysDefault = 7;
    public const int DaysMax = 366;
    public const double ScaleMax = 1_000;
}

/// <summary>What was sampled.</summary>
sealed record SampledLogs(SamplingRequest Request, DateOnly From, long Calls, int Files, long Bytes, IReadOnlyList<string> LeftOut);
