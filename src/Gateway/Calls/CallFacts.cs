using System.Runtime.CompilerServices;
using Assay.Usage;

namespace Assay.Gateway.Calls;

/// <summary>Where a value stands in a body.</summary>
readonly record struct Stretch(int Start, int Length)
{
    public static readonly Stretch None = new(-1, 0);
    public bool IsNone => Start < 0;
    public int End => Start + Length;
}

/// <summary>What a gateway needs to know of a request's body before it is sent, whatever the dialect.</summary>
sealed class CallFacts
{
    /// <summary>Requests for a tool that are remembered, the latest ones: a loop is shorter.</summary>
    public const int ToolUsesKept = 64;

    /// <summary>Members of a body: no vendor's has as many.</summary>
    public const int MembersMax = 64;

    readonly ulong[] members = new ulong[MembersMax];
    int memberCount;

    /// <summary>Notes a member of the body.</summary>
    /// <returns>False where it is there already, or where there are too many.</returns>
    public bool AddMember(ulong name)
    {
        if (memberCount == MembersMax || members.AsSpan(0, memberCount).Contains(name)) return false;
        members[memberCount++] = name;
        return true;
    }

    readonly ulong[] toolUses = new ulong[ToolUsesKept];

    /// <summary>The model where the body names it (OpenAI, Anthropic), as it stands between its quotes.</summary>
    public Stretch Model { get; set; }

    /// <summary>The most tokens the caller wants; -1 where the body does not say.</summary>
    public long MaxTokens { get; set; }
    public Stretch MaxTokensValue { get; set; }

    /// <summary>The object and the name by which the body says it: whether the server goes by it is for the exchange to know.</summary>
    public string LimitHolder { get; set; } = "";
    public string LimitName { get; set; } = "";

    /// <summary>The object that holds the most tokens, where it is there: its name, and the place just after its opening brace.</summary>
    public string ConfigName { get; set; } = "";
    public int ConfigStart { get; set; }
    public bool ConfigIsEmpty { get; set; }

    /// <summary>Tools of the model's maker, which the request does not describe.</summary>
    public int TypedTools { get; set; }

    /// <summary>Something is to run at the server, for a fee of its own.</summary>
    public bool RunsAtServer { get; set; }

    /// <summary>Just after the first brace.</summary>
    public int Start { get; set; }
    public bool IsEmpty { get; set; }

    /// <summary>Answers asked for at once (OpenAI's <c>n</c>).</summary>
    public int Choices { get; set; }

    /// <summary>Pictures asked of a model that makes them.</summary>
    public int Pictures { get; set; }

    public bool Streams { get; set; }
    public Stretch StreamOptions { get; set; }

    /// <summary>Bytes of pictures, documents, sound: base64 text that is no prose.</summary>
    public long MediaBytes { get; set; }
    public int Images { get; set; }

    /// <summary>Documents, video, sound, things that lie elsewhere: their tokens have no bound in their bytes.</summary>
    public int Unbounded { get; set; }
    public int CachePoints { get; set; }
    public bool CachesAnHour { get; set; }

    /// <summary>The request metadata of Converse: an object.</summary>
    public Stretch Metadata { get; set; }

    /// <summary>The metadata of OpenAI and Anthropic: an object.</summary>
    public Stretch ClientMetadata { get; set; }
    public Tier Tier { get; set; }
    public bool HasGuardrail { get; set; }

    /// <summary>The guardrail that Converse's body names, and its version.</summary>
    public Stretch Guardrail { get; set; }
    public Stretch GuardrailVersion { get; set; }

    /// <summary>Texts are marked as a source to hold the answer against: without them no guardrail checks grounding.</summary>
    public bool IsGrounded { get; set; }
    public int Tools { get; set; }
    public int Messages { get; set; }

    /// <summary>The words the user said last, raw; empty where there are none.</summary>
    public Stretch LastUserText { get; set; }

    public int ToolUseCount { get; private set; }

    public void Reset()
    {
        Model = MaxTokensValue = StreamOptions = Guardrail = GuardrailVersion = Metadata = ClientMetadata = LastUserText = Stretch.None;
        MaxTokens = -1;
        LimitHolder = LimitName = "";
        Choices = Pictures = 1;
        memberCount = TypedTools = 0;
        ConfigName = "";
        ConfigStart = Start = -1;
        ConfigIsEmpty = RunsAtServer = IsEmpty = Streams = CachesAnHour = HasGuardrail = IsGrounded = false;
        MediaBytes = 0;
        LatestToolUseId = 0;
        Images = Unbounded = CachePoints = Tools = Messages = ToolUseCount = 0;
        Tier = Tier.Standard;
    }

    /// <summary>
    /// The latest request for a tool by the id its model gave it: the same use stands in many requests of a session. 0 for none.
    /// </summary>
    public ulong LatestToolUseId { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddToolUse(ulong nameAndArguments, ulong id)
    {
        toolUses[ToolUseCount++ % ToolUsesKept] = nameAndArguments;
        LatestToolUseId = id;
    }

    /// <summary>The latest requests for tools, the last one last, each by its name and arguments.</summary>
    /// <returns>How many there are of those that were wanted.</returns>
    public int LatestToolUses(Span<ulong> into)
    {
        var count = Math.Min(Math.Min(ToolUseCount, ToolUsesKept), into.Length);
        for (var i = 0; i < count; i++) into[i] = toolUses[(ToolUseCount - count + i) % ToolUsesKept];
        return count;
    }
}
