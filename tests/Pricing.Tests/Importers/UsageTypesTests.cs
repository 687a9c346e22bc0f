using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Pricing.Tests.Importers;

public class UsageTypesTests
{
    [Theory]
    // Dashes: qualifiers follow the meter in any order.
    [InlineData("USE1-NovaPro-input-tokens", "NovaPro input on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-NovaPro-output-tokens-flex", "NovaPro output on_demand flex in_region standard none us-east-1")]
    [InlineData("USW2-NovaPro-input-tokens-priority", "NovaPro input on_demand priority in_region standard none us-west-2")]
    [InlineData("USE2-NovaPro-output-tokens-latency-optimized",
        "NovaPro output on_demand latency_optimized in_region standard none us-east-2")]
    [InlineData("USE1-NovaLite-input-tokens-custom-model", "NovaLite input custom standard in_region standard none us-east-1")]
    [InlineData("USE1-NovaLite-cache-read-input-token-count-custom-model",
        "NovaLite cache_read custom standard in_region standard none us-east-1")]
    [InlineData("USE1-NovaPro-output-tokens-batch", "NovaPro output batch standard in_region standard none us-east-1")]
    [InlineData("ZZZ9-NovaPro-output-tokens-batch", "NovaPro output batch standard in_region standard none ")]
    [InlineData("USE1-Claude4Sonnet-input-tokens-cross-region-global-batch",
        "Claude4Sonnet input batch standard global standard none us-east-1")]
    [InlineData("USE1-Claude4Sonnet-input-tokens-batch-cross-region-global",
        "Claude4Sonnet input batch standard global standard none us-east-1")]
    [InlineData("USE1-Claude4Sonnet-output-tokens-long-context-cross-region-global",
        "Claude4Sonnet output on_demand standard global long none us-east-1")]
    [InlineData("USE1-Claude4Sonnet-cache-write-input-token-count-cross-region-geo",
        "Claude4Sonnet cache_write_5m on_demand standard geo standard none us-east-1")]
    [InlineData("MEC1-NovaLite-cache-read-input-token-count",
        "NovaLite cache_read on_demand standard in_region standard none me-central-1")]
    [InlineData("USE1-Nova2.0Lite-cache-write-input-token-count",
        "Nova2.0Lite cache_write_5m on_demand standard in_region standard none us-east-1")]
    [InlineData("APN2-Nova2.0Omni-text-output-tokens-flex-cross-region-global",
        "Nova2.0Omni output on_demand flex global standard none ap-northeast-2")]
    [InlineData("USE1-NovaSonic-text-input-tokens", "NovaSonic input on_demand standard in_region standard none us-east-1")]
    [InlineData("EU-TitanEmbeddingV2-Text-input-tokens",
        "TitanEmbeddingV2-Text input on_demand standard in_region standard none eu-west-1")]
    [InlineData("USE1-Mistral-Large-3-input-tokens", "Mistral-Large-3 input on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-gpt-oss-120b-output-tokens-priority", "gpt-oss-120b output on_demand priority in_region standard none us-east-1")]
    [InlineData("USE1-moonshotai.kimi-k2.5-input", "moonshotai.kimi-k2.5 input on_demand standard in_region standard none us-east-1")]
    [InlineData("EUW2-Qwen3-32B-output-tokens-flex", "Qwen3-32B output on_demand flex in_region standard none eu-west-2")]
    // Marketplace, CamelCase.
    [InlineData("USE1-MP:USE1_InputTokenCount-Units", " input on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-MP:USE1_OutputTokenCount_Global-Units", " output on_demand standard global standard none us-east-1")]
    [InlineData("USE1-MP:USE1_InputTokenCount_LCtx_Global_Batch-Units", " input batch standard global long none us-east-1")]
    [InlineData("USE1-MP:USE1_CacheReadInputTokenCount_LCtx-Units", " cache_read on_demand standard in_region long none us-east-1")]
    [InlineData("USE1-MP:USE1_CacheWriteInputTokenCount_Geo-Units", " cache_write_5m on_demand standard geo standard none us-east-1")]
    [InlineData("APS3-MP:APS3_CacheWrite1hInputTokenCount_LCtx_Global-Units",
        " cache_write_1h on_demand standard global long none ap-south-1")]
    [InlineData("APN1-MP:APN1_MillionBatchInputTokens-Units", " input batch standard in_region standard none ap-northeast-1")]
    [InlineData("USE1-MP:USE1_MillionBatchResponseTokens-Units", " output batch standard in_region standard none us-east-1")]
    [InlineData("MP:EUW3_OutputTokenCount-Units", " output on_demand standard in_region standard none eu-west-3")]
    [InlineData("NovaPro-input-tokens", "NovaPro input on_demand standard in_region standard none ")]
    // Marketplace, snake_case.
    [InlineData("USE1-MP:USE1_input_tokens_standard-Units", " input on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-MP:USE1_output_tokens_long_ctx_global_standard-Units", " output on_demand standard global long none us-east-1")]
    [InlineData("USE1-MP:USE1_cache_write_tokens_1h_global_standard-Units",
        " cache_write_1h on_demand standard global standard none us-east-1")]
    [InlineData("USE1-MP:USE1_cache_writes_tokens_global_standard-Units",
        " cache_write_5m on_demand standard global standard none us-east-1")]
    [InlineData("USE1-MP:USE1_cache_write_tokens_30m_standard-Units",
        " cache_write_30m on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-MP:USE1_cached_input_tokens_long_ctx_standard-Units", " cache_read on_demand standard in_region long none us-east-1")]
    [InlineData("USE1-MP:USE1_input_tokens_batch-Units", " input batch standard in_region standard none us-east-1")]
    [InlineData("USE1-MP:USE1_output_tokens_priority-Units", " output on_demand priority in_region standard none us-east-1")]
    // Mantle.
    [InlineData("USE1-openai.gpt-5.6-luna-mantle-cache-write-tokens-5m-long-ctx-flex",
        "openai.gpt-5.6-luna cache_write_5m on_demand flex in_region long none us-east-1")]
    [InlineData("UGW1-openai.gpt-5.6-terra-mantle-cache-write-tokens-30m-standard",
        "openai.gpt-5.6-terra cache_write_30m on_demand standard in_region standard none us-gov-west-1")]
    [InlineData("USW2-zai.glm5-mantle-input-tokens-batch", "zai.glm5 input batch standard in_region standard none us-west-2")]
    [InlineData("USW2-anthropic.claude-opus-5-mantle-input-tokens-global-standard",
        "anthropic.claude-opus-5 input on_demand standard global standard none us-west-2")]
    // Capacity and customisation.
    [InlineData("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits",
        "Nova2.0Lite model_unit_hour provisioned standard in_region standard none us-east-1")]
    [InlineData("USE1-Nova2.0Lite-ProvisionedThroughput-1month-ModelUnits",
        "Nova2.0Lite model_unit_hour provisioned standard in_region standard 1_month us-east-1")]
    [InlineData("USW2-Llama3-1-70B-ProvisionedThroughput-6months-ModelUnits",
        "Llama3-1-70B model_unit_hour provisioned standard in_region standard 6_month us-west-2")]
    [InlineData("USE1-TitanText-Premier-ProvisionedThroughput-Custom-NoCommit-ModelUnits",
        "TitanText-Premier model_unit_hour custom standard in_region standard none us-east-1")]
    [InlineData("USW2-MP:USW2_ProvisionedThroughput_6MonthsCommit_ModelUnits_Usage-Units",
        " model_unit_hour provisioned standard in_region standard 6_month us-west-2")]
    [InlineData("USW2-MP:USW2_ProvisionedThroughput_NoCommit_ModelUnits_Usage-Units",
        " model_unit_hour provisioned standard in_region standard none us-west-2")]
    [InlineData("USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units", " input_tpm_hour reserved standard geo standard 1_month us-east-1")]
    [InlineData("USE1-MP:USE1_Reserved_3Month_OutputTPM_Global-Units",
        " output_tpm_hour reserved standard global standard 3_month us-east-1")]
    [InlineData("EUN1-Claude4.5Sonnet-reserved-3-month-output-tokens-per-minute-cross-region-geo",
        "Claude4.5Sonnet output_tpm_hour reserved standard geo standard 3_month eu-north-1")]
    [InlineData("USE1-NovaPro-Customization-Training", "NovaPro training custom standard in_region standard none us-east-1")]
    [InlineData("USE1-Nova2.0Lite-Customization-Storage", "Nova2.0Lite storage_month custom standard in_region standard none us-east-1")]
    [InlineData("USE1-Llama-CustomModelImport-Inference-v1:0", " custom_unit_minute custom standard in_region standard none us-east-1")]
    // Beside tokens.
    [InlineData("EUS2-Guardrail-ContentPolicyUnitsConsumed", " guardrail_content on_demand standard in_region standard none eu-south-2")]
    [InlineData("USE1-Guardrail-TopicPolicyUnitsConsumed", " guardrail_topic on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-Guardrail-ContextualGroundingPolicyUnitsConsumed",
        " guardrail_grounding on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-Guardrail-AutomatedReasoningPolicyUnitsConsumed",
        " guardrail_reasoning on_demand standard in_region standard none us-east-1")]
    [InlineData("UGE1-Guardrail-SensitiveInformationPolicyPaidUnitsConsumed",
        " guardrail_sensitive on_demand standard in_region standard none us-gov-east-1")]
    [InlineData("USE1-MP:USE1_search_units-Units", " rerank on_demand standard in_region standard none us-east-1")]
    [InlineData("USW2-AmazonRerank-v1-searchunits", "AmazonRerank-v1 rerank on_demand standard in_region standard none us-west-2")]
    [InlineData("USE1-MP:USE1_created_image-Units", " image on_demand standard in_region standard none us-east-1")]
    [InlineData("USW2-MP:USW2_created_image_stable_image_core-Units",
        "stable-image-core image on_demand standard in_region standard none us-west-2")]
    [InlineData("USE1-MP:USE1_InputImageCount-Units", " image on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-TitanEmbeddingsG1-Image-input-image",
        "TitanEmbeddingsG1-Image image on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-MP:USE1_inputVideoSecond_Global-Units", " video_second on_demand standard global standard none us-east-1")]
    [InlineData("USE1-NovaMultiModalEmbeddings-input-audio-second",
        "NovaMultiModalEmbeddings audio_second on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-Knowledge-Base:Consumption-based:Retrieval", " retrieval on_demand standard in_region standard none us-east-1")]
    [InlineData("USE1-Knowledge-Base:Consumption-based:Storage", " index_gb_month on_demand standard in_region standard none us-east-1")]
    public void A_usage_type_in_any_spelling_is_a_key(string usageType, string key)
    {
        var read = UsageTypes.Classify(usageType);
        if (read is UsageTypeClass.Unreadable no) Assert.Fail($"{usageType}: {no.Reason}");
        var priced = Assert.IsType<UsageTypeClass.Priced>(read);
        Assert.Equal(key, string.Join(' ', priced.Model, priced.Meter.Name(), priced.Mode.Name(), priced.Tier.Name(), priced.Scope.Name(),
            priced.Context.Name(), priced.Term.Name(), priced.Region));
    }

    [Theory]
    [InlineData("USE1-Nova2.0Omni-input-audio-token-count", "audio tokens")]
    [InlineData("CAN2-Nova2.0Omni-output-image-token-count-priority", "image tokens")]
    [InlineData("USE1-Nova2.0Omni-input-video-token-count", "video tokens")]
    [InlineData("USE1-NovaSonic-speech-input-tokens", "speech tokens")]
    [InlineData("USE1-NovaSonic-speech-understanding-input-token", "speech is")]
    [InlineData("USW2-Ray-V2-Medfps-HDRes", "video")]
    [InlineData("USE1-NovaReel-T2V-Medfps-HDRes", "video")]
    [InlineData("USE1-NovaCanvas-T2I-1024-Premium", "size and quality")]
    [InlineData("USE1-Nova2.0Lite-RFT-Training-Hours", "by the hour")]
    [InlineData("USE1-Nova2.0Lite-nova-grounding", "web grounding")]
    [InlineData("USE1-APO-optimizePrompt-tokens", "prompt optimisation")]
    [InlineData("USE1-DataAutomation-Standard-ImagesProcessed", "data automation")]
    [InlineData("USE1-DataAutomation-Custom-PagesProcessed-AddOnFields", "data automation")]
    [InlineData("USE1-InvokeFlow-NodeTransitions", "flows")]
    [InlineData("USE1-Guardrail-SensitiveInformationPolicyFreeUnitsConsumed", "free")]
    [InlineData("USE1-Guardrail-ContentPolicyImageUnitsConsumed", "image units")]
    [InlineData("USE1-Guardrail-MoodPolicyUnitsConsumed", "'MoodPolicyUnitsConsumed'")]
    [InlineData("USE1-OSS-CustomModelImport-Inference-v2:0", "'v2:0'")]
    [InlineData("USE1-Knowledge-Base:Consumption-based:AgenticRetrieval", "agentic")]
    [InlineData("USE1-Runtime:Consumption-based:vCPU", "AgentCore")]
    [InlineData("USE1-NovaPro-input-tokens-turbo", "'turbo'")]
    [InlineData("USE1-NovaPro-input-tokens-flex-priority", "'Flex' and 'Priority'")]
    [InlineData("USE1-NovaPro-input-tokens-cross-region", "'cross'")]
    [InlineData("USE1-NovaPro-tokens", "names no meter")]
    [InlineData("USE1-openai.gpt-5.6-luna-mantle-input-tokens-fast", "'fast'")]
    [InlineData("USE1-MP:USE1_thinking_tokens_standard-Units", "'thinking'")]
    [InlineData("USE1-MP:USW2_InputTokenCount-Units", "two regions")]
    [InlineData("USE1-MP:USE1_Reserved_12Month_InputTPM_Geo-Units", "'12'")]
    [InlineData("USE1-NovaPro-ProvisionedThroughput-2years-ModelUnits", "'2years'")]
    [InlineData("", "no usage type")]
    [InlineData("DataTransfer-Regional-Bytes", "'Bytes'")]
    public void What_cannot_be_told_for_certain_is_unreadable_with_its_reason(string usageType, string reason) =>
        Assert.Contains(reason, Assert.IsType<UsageTypeClass.Unreadable>(UsageTypes.Classify(usageType)).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("EU", "eu-west-1")]
    [InlineData("EUC2", "eu-central-2")]
    [InlineData("APS1", "ap-southeast-1")]
    [InlineData("APS3", "ap-south-1")]
    [InlineData("APS4", "ap-southeast-3")]
    [InlineData("APS5", "ap-south-2")]
    [InlineData("APS7", "ap-southeast-5")]
    [InlineData("UGE1", "us-gov-east-1")]
    [InlineData("UGW1", "us-gov-west-1")]
    [InlineData("CAN2", "ca-west-1")]
    [InlineData("MXC1", "mx-central-1")]
    public void A_prefix_is_a_billing_code_and_not_a_region_name(string code, string region) =>
        Assert.Equal(region, UsageTypes.Classify($"{code}-NovaPro-input-tokens").Region);

    [Fact]
    public void A_cache_write_without_a_lifetime_lasts_as_long_as_the_model_offers()
    {
        var write = Assert.IsType<UsageTypeClass.Priced>(UsageTypes.Classify("USE1-MP:USE1_cache_writes_tokens_standard-Units"));
        Assert.Equal(Meter.CacheWrite5m, write.MeterFor(Fixtures.Catalog.Find("anthropic.claude-sonnet-4-5-20250929-v1:0")));
        Assert.Equal(Meter.CacheWrite30m, write.MeterFor(Fixtures.Catalog.Find("openai.gpt-5.6-luna")));
    }

    [Fact]
    public void Any_text_is_either_read_or_refused_with_a_reason() =>
        Gen.Select(One("USE1-", "EU-", "USE1-MP:USE1_", "MP:", "XX9-", ""),
            One("NovaPro-", "a.b-mantle-", "Guardrail-", "ProvisionedThroughput-", "Reserved_", ""),
            One("input", "cache", "read", "tokens", "1h", "long", "1Month", "audio", "-", "_", ":", "Ω", "LCtx", "Batch").Array[0,
                8]).Sample((prefix, name, words) =>
            UsageTypes.Classify(prefix + name + string.Join('-', words)) switch
            {
                UsageTypeClass.Unreadable no => no.Reason.Length > 0,
                UsageTypeClass.Priced => true,
                _ => false,
            });

    static Gen<string> One(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
}
