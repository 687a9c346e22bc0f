using System.IO.Hashing;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Reads the body of a call, in any of the forms Bedrock Local answers, into its <see cref="LocalCall"/>.</summary>
/// <remarks>The forms share most of their members, so one reader takes them all and only what is required differs.</remarks>
ref struct RequestReader
{
    readonly LocalCall call;
    JsonBody json;
    int messages;
    bool hasVersion, hasPrompt;

    RequestReader(LocalCall call, ReadOnlySpan<byte> body)
    {
        this.call = call;
        json = new(body);
    }

    /// <exception cref="LocalRefusalException">AWS would refuse the request.</exception>
    public static void Read(LocalCall call, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new RequestReader(call, body);
            reader.Members();
            reader.json.End();
            reader.Require();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new LocalRefusalException(BedrockError.Validation, "Malformed input request, please reformat your input and try again.");
        }
    }

    void Members()
    {
        json.Object("body");
        while (json.Member())
        {
            if (json.Named("messages"u8)) Messages();
            else if (json.Named("system"u8)) System();
            else if (json.Named("inferenceConfig"u8)) InferenceConfig();
            else if (json.Named("toolConfig"u8)) ToolConfig();
            else if (json.Named("tools"u8)) Tools("tools");
            else if (json.Named("max_tokens"u8) || json.Named("max_completion_tokens"u8)) MaxTokens("max_tokens");
            else if (json.Named("max_gen_len"u8)) MaxTokens("max_gen_len");
            else if (json.Named("prompt"u8)) Prompt("prompt");
            else if (json.Named("inputText"u8)) Prompt("inputText");
            else if (json.Named("dimensions"u8)) Dimensions();
            else if (json.Named("anthropic_version"u8)) hasVersion = json.IsString;
            else if (!call.IsInvoke) ConverseMember();
            else json.Skip();
        }
    }

    void ConverseMember()
    {
        if (json.Named("guardrailConfig"u8)) GuardrailConfig();
        else if (json.Named("requestMetadata"u8)) call.Metadata = RequestMetadata.Read(ref json);
        else if (json.Named("serviceTier"u8)) call.Tier = OneText("serviceTier", "type"u8) ?? call.Tier;
        else if (json.Named("performanceConfig"u8)) call.Optimized = OneText("performanceConfig", "latency"u8) == "optimized";
        else json.Skip();
    }

    readonly void Require()
    {
        if (call.Operation is BedrockOperation.Converse or BedrockOperation.ConverseStream && call.Family == ModelFamily.TitanEmbedding)
            throw LocalRefusalException.Invalid("This action doesn't support the model that you provided. "
                + "Try again with a supported text or chat model.");
        if (!call.IsInvoke || call.Family is ModelFamily.Claude or ModelFamily.Nova or ModelFamily.Chat)
        {
            if (messages == 0) throw LocalRefusalException.Missing("messages");
        }
        else if (!hasPrompt)
        {
            var key = call.Family == ModelFamily.Llama ? "prompt" : "inputText";
            throw LocalRefusalException.Invalid($"Malformed input request: #: required key [{key}] not found");
        }
        if (call is not { IsInvoke: true, Family: ModelFamily.Claude }) return;
        if (!hasVersion) throw LocalRefusalException.Invalid("anthropic_version: Field required");
        if (call.MaxTokens is null) throw LocalRefusalException.Invalid("max_tokens: Field required");
    }

    void Messages()
    {
        json.Array("messages");
        while (json.Item())
        {
            json.Object("messages");
            call.LastText = null;
            var (hasRole, hasContent) = (false, false);
            while (json.Member())
            {
                if (json.Named("role"u8)) hasRole = Role();
                else if (json.Named("content"u8)) hasContent = Content($"messages.{messages}.content");
                else json.Skip();
            }
            if (!hasRole) throw LocalRefusalException.Missing($"messages.{messages + 1}.member.role");
            // A chat assistant's message may be nothing but its calls of tools.
            if (!hasContent && call.Family != ModelFamily.Chat)
                throw LocalRefusalException.Missing($"messages.{messages + 1}.member.content");
            call.Add(PromptSection.Messages, 0, LocalCall.MessageTokens);
            messages++;
        }
    }

    readonly bool Role()
    {
        if (json.Is("user"u8)) return true;
        var starts = messages == 0;
        if (json.Is("assistant"u8) && !starts) return true;
        if (call.Family == ModelFamily.Chat && call.IsInvoke && json.IsString) return true;
        throw LocalRefusalException.Invalid(starts && json.Is("assistant"u8)
            ? "A conversation must start with a user message. Try again with a conversation that starts with a user message."
            : $"1 validation error detected: Value '{json.Text("role")}' at 'messages.{messages + 1}.member.role' "
                + "failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]");
    }

    bool Content(string where)
    {
        if (json.IsString)
        {
            Words(PromptSection.Messages, where, out var fingerprint, out var tokens);
            call.Add(PromptSection.Messages, fingerprint, tokens);
            return true;
        }
        json.Array(where);
        var blocks = 0;
        while (json.Item()) Block(PromptSection.Messages, $"{where}.{blocks++}", 0);
        if (blocks == 0) throw LocalRefusalException.Invalid($"The content field in the Message object at messages.{messages} is empty. "
            + "Add a ContentBlock object to the content field and try again.");
        return true;
    }

    void System()
    {
        if (json.IsString)
        {
            Words(PromptSection.System, "system", out var fingerprint, out var tokens);
            call.Add(PromptSection.System, fingerprint, tokens);
            return;
        }
        json.Array("system");
        while (json.Item()) Block(PromptSection.System, "system", 0);
    }

    void ToolConfig()
    {
        json.Object("toolConfig");
        while (json.Member())
        {
            if (json.Named("tools"u8)) Tools("toolConfig.tools");
            else json.Skip();
        }
    }

    void Tools(string where)
    {
        json.Array(where);
        while (json.Item()) Block(PromptSection.Tools, where, LocalCall.ToolTokens);
    }

    // A block of Converse names its kind by its member; a block of Claude's says it in 'type'. The fingerprint leaves out what marks the
    // cache, because the mark moves on with every turn and what was cached stays the same.
    void Block(PromptSection section, string where, long tokens)
    {
        json.Object(where);
        var fingerprint = 0UL;
        var (lifetime, isImage, isPoint, sourceBytes) = (CacheLifetime.None, false, false, 0);
        while (json.Member())
        {
            if (json.Named("text"u8))
            {
                Words(section, where, out var print, out var count);
                (fingerprint, tokens) = (Prose.Mix(fingerprint ^ print), tokens + count);
            }
            else if (json.Named("cachePoint"u8)) (lifetime, isPoint) = (Lifetime("cachePoint"), true);
            else if (json.Named("cache_control"u8)) lifetime = json.IsObject ? Lifetime("cache_control") : CacheLifetime.None;
            else if (json.Named("type"u8)) isImage = json.Is("image"u8);
            else if (json.Named("source"u8)) sourceBytes = Print(ref fingerprint);
            else if (json.Named("image"u8)) tokens += LocalCall.ImageTokens(Print(ref fingerprint));
            else tokens += LocalCall.Tokens(Print(ref fingerprint));
        }
        tokens += isImage ? LocalCall.ImageTokens(sourceBytes) : LocalCall.Tokens(sourceBytes);
        if (!isPoint) call.Add(section, fingerprint, tokens);
        if (lifetime != CacheLifetime.None) call.AddCachePoint(section, lifetime);
    }

    int Print(ref ulong fingerprint)
    {
        var bytes = json.Skip();
        fingerprint = Prose.Mix(fingerprint ^ XxHash3.HashToUInt64(bytes));
        return bytes.Length;
    }

    void Words(PromptSection section, string where, out ulong fingerprint, out long tokens)
    {
        var length = json.Utf8Length(where);
        if (json.Raw.IndexOfAnyExcept((byte)' ') < 0 && (!call.IsInvoke || call.Family == ModelFamily.Claude))
            throw LocalRefusalException.Invalid(
                $"The text field in the ContentBlock object at {where} is blank. Add text to the text field, and try again.");
        fingerprint = XxHash3.HashToUInt64(json.Raw);
        tokens = LocalCall.Tokens(length);
        if (section != PromptSection.Messages) return;
        call.GuardedCharacters += length;
        if (json.Raw.IndexOf("[["u8) >= 0) call.LastText = json.Text(where);
    }

    CacheLifetime Lifetime(string where) => OneText(where, "ttl"u8) switch
    {
        null or "5m" => CacheLifetime.FiveMinutes,
        "1h" => CacheLifetime.OneHour,
        var other => throw LocalRefusalException.Invalid($"Value '{other}' at '{where}.ttl' failed to satisfy constraint: "
            + "Member must satisfy enum value set: [5m, 1h]"),
    };

    string? OneText(string where, ReadOnlySpan<byte> member)
    {
        string? text = null;
        json.Object(where);
        while (json.Member())
        {
            if (json.Named(member)) text = json.Text(where);
            else json.Skip();
        }
        return text;
    }

    void InferenceConfig()
    {
        json.Object("inferenceConfig");
        while (json.Member())
        {
            if (json.Named("maxTokens"u8) || json.Named("max_new_tokens"u8)) MaxTokens("inferenceConfig.maxTokens");
            else json.Skip();
        }
    }

    void MaxTokens(string member)
    {
        call.MaxTokens = json.Integer(member);
        if (call.MaxTokens < 1) throw LocalRefusalException.BelowOne(member);
    }

    void Prompt(string member)
    {
        hasPrompt = true;
        Words(PromptSection.Messages, member, out var fingerprint, out var tokens);
        call.Add(PromptSection.Messages, fingerprint, tokens);
    }

    void Dimensions()
    {
        call.Dimensions = json.Integer("dimensions");
        if (call.Family == ModelFamily.TitanEmbedding && call.Dimensions is not (256 or 512 or 1_024))
            throw LocalRefusalException.Invalid($"Malformed input request: {call.Dimensions} is not a valid enum value, "
                + "please reformat your input and try again.");
    }

    void GuardrailConfig()
    {
        json.Object("guardrailConfig");
        while (json.Member())
        {
            if (json.Named("guardrailIdentifier"u8)) call.Guardrail = json.Text("guardrailConfig.guardrailIdentifier");
            else if (json.Named("trace"u8)) call.GuardrailTrace = json.Is("enabled"u8) || json.Is("enabled_full"u8);
            else json.Skip();
        }
        if (call.Guardrail is null) throw LocalRefusalException.Missing("guardrailConfig.guardrailIdentifier");
    }
}
