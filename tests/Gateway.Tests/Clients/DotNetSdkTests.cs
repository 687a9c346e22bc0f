using System.ClientModel;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using OpenAI;
using OpenAI.Chat;

namespace Assay.Gateway.Tests.Clients;

/// <summary>The official .NET libraries of OpenAI and Anthropic.</summary>
public sealed class DotNetSdkTests
{
    static OpenAIClient OpenAi(Door door, string key = "clients") =>
        new(new ApiKeyCredential(door.Keys[key]), new OpenAIClientOptions { Endpoint = new Uri(door.Address + "/v1") });

    static AnthropicClient Anthropic(Door door, string key = "clients") => new() { ApiKey = door.Keys[key], BaseUrl = door.Address };

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAIs_library_sees_what_the_journal_says()
    {
        await using var door = await Door.Open();
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 50 };
        ChatCompletion chat = await OpenAi(door).GetChatClient(Door.Nova).CompleteChatAsync([new UserChatMessage("hello [[tokens=12]]")], options, Cancel);
        Assert.Equal((12, ChatFinishReason.Stop), (chat.Usage.OutputTokenCount, chat.FinishReason));
        Assert.NotEqual("", chat.Content[0].Text);
        var line = Assert.Single(door.Lines());
        Assert.Equal((chat.Usage.InputTokenCount, chat.Usage.OutputTokenCount), (line.Input, line.Output));

        var (text, usage) = ("", (ChatTokenUsage?)null);
        await foreach (var update in OpenAi(door).GetChatClient(Door.Nova).CompleteChatStreamingAsync([new UserChatMessage("hello [[tokens=30]]")], options, Cancel))
        {
            text += string.Concat(update.ContentUpdate.Select(c => c.Text));
            usage = update.Usage ?? usage;
        }
        Assert.NotEqual("", text);
        Assert.Equal(30, usage!.OutputTokenCount);
        Assert.Equal((door.Lines().Sum(l => l.Cost), 0), door.Rated());
    }

    [Fact]
    public async Task OpenAIs_library_calls_tools_sends_pictures_and_has_vectors()
    {
        await using var door = await Door.Open();
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 50, Tools = { ChatTool.CreateFunctionTool("weather") } };
        ChatCompletion chat = await OpenAi(door).GetChatClient(Door.Haiku)
            .CompleteChatAsync([new UserChatMessage("""weather? [[tool=weather {"city":"Bonn"}]]""")], options, Cancel);
        var call = Assert.Single(chat.ToolCalls);
        Assert.Equal(("weather", """{"city":"Bonn"}"""), (call.FunctionName, call.FunctionArguments.ToString()));
        ChatCompletion after = await OpenAi(door).GetChatClient(Door.Haiku).CompleteChatAsync(
            [new UserChatMessage("weather?"), new AssistantChatMessage(chat), new ToolChatMessage(call.Id, "rain"), new UserChatMessage("so? [[tokens=4]]")],
            options, Cancel);
        Assert.Equal(4, after.Usage.OutputTokenCount);
        ChatCompletion seen = await OpenAi(door).GetChatClient(Door.Nova).CompleteChatAsync([new UserChatMessage(
            ChatMessageContentPart.CreateTextPart("what [[tokens=3]]"),
            ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[64]), "image/png"))], new() { MaxOutputTokenCount = 50 }, Cancel);
        Assert.Equal(3, seen.Usage.OutputTokenCount);

        var vectors = await OpenAi(door).GetEmbeddingClient(Door.Titan).GenerateEmbeddingsAsync(["one", "two"], new() { Dimensions = 256 }, Cancel);
        Assert.Equal([256, 256], vectors.Value.Select(v => v.ToFloats().Length));
        Assert.Equal(vectors.Value.Usage.InputTokenCount, door.Lines().Where(l => l.PartOf is not null).Sum(l => l.Input));
        var models = await OpenAi(door).GetOpenAIModelClient().GetModelsAsync(Cancel);
        Assert.Contains("small", models.Value.Select(m => m.Id));
    }

    [Fact]
    public async Task A_budgets_no_reaches_both_libraries_once()
    {
        await using var door = await Door.Open();
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => OpenAi(door, "poor").GetChatClient(Door.Haiku)
            .CompleteChatAsync([new UserChatMessage("hello")], new() { MaxOutputTokenCount = 4000 }, Cancel));
        Assert.Equal(403, refused.Status);
        Assert.Contains("Budget 'poor'", refused.Message, StringComparison.Ordinal);
        Assert.Equal("budget", Assert.Single(door.Lines()).Refused);
        await Assert.ThrowsAsync<AnthropicForbiddenException>(() => Anthropic(door, "poor").Messages.Create(Ask("hello", Door.Haiku, 4000), Cancel));
        Assert.Equal(2, door.Lines().Count);
    }

    static MessageCreateParams Ask(string text, string model, long tokens = 50) =>
        new() { Model = model, MaxTokens = tokens, Messages = [new UserMessageParam(text)] };

    [Theory, InlineData(Door.Haiku, 12), InlineData("claudes", 6)]
    public async Task Anthropics_library_sees_what_the_journal_says(string model, int tokens)
    {
        await using var door = await Door.Open();
        var message = await Anthropic(door).Messages.Create(Ask("hello [[tokens=12]]", model), Cancel);
        Assert.True(message.Content[0].TryPickText(out var said) && said.Text.Length > 0);
        var line = Assert.Single(door.Lines());
        Assert.Equal((message.Usage.InputTokens, message.Usage.OutputTokens), (line.Input, line.Output));
        Assert.Equal(tokens, line.Output);

        var (text, output) = ("", 0L);
        await foreach (var happened in Anthropic(door).Messages.CreateStreaming(Ask("hello [[tokens=12]]", model), Cancel))
        {
            if (happened.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece)) text += piece.Text;
            if (happened.TryPickDelta(out var last)) output = last.Usage.OutputTokens;
        }
        Assert.NotEqual("", text);
        Assert.Equal((output, 2), (door.Lines()[1].Output, door.Lines().Count));
        Assert.Equal((door.Lines().Sum(l => l.Cost), 0), door.Rated());
    }

    [Fact]
    public async Task Anthropics_library_counts_tokens()
    {
        await using var door = await Door.Open();
        var count = await Anthropic(door).Messages.CountTokens(
            new() { Model = Door.Haiku, Messages = [new UserMessageParam("how many")] }, Cancel);
        Assert.True(count.InputTokens > 0);
        Assert.Equal("CountTokens", Assert.Single(door.Lines()).Operation);
    }
}
