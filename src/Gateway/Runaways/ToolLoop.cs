using Assay.Patterns.Sessions;

namespace Assay.Gateway.Runaways;

/// <summary>
/// Agents that go round: the same tool with the same arguments, again and again. What they say about it differs each time, so words are
/// no sign of it.
/// </summary>
static class ToolLoop
{
    /// <summary>The latest requests for tools that are looked at: twice as many as make a loop.</summary>
    public const int WindowMax = 64;

    /// <summary>
    /// How often the latest request stands in the window, where that is a loop; 0 where it is none. Who asks now and then whether
    /// something is ready, and does other things meanwhile, repeats himself and does not go round.
    /// </summary>
    /// <param name="uses">The latest requests, the last one last.</param>
    /// <param name="same">From so many on it is a loop.</param>
    public static int Times(ReadOnlySpan<ulong> uses, int same)
    {
        if (same < 1 || uses.Length < same) return 0;
        var window = uses[^Math.Min(uses.Length, Math.Min(2 * same, WindowMax))..];
        var (times, again) = (0, 0);
        for (var i = 0; i < window.Length; i++)
        {
            if (window[i] == window[^1]) times++;
            if (window[..i].Contains(window[i])) again++;
        }
        return times >= same && again >= Loops.RepeatsMin - 1 && again * 2 >= window.Length ? times : 0;
    }
}
