using Assay.Gateway.Calls;

namespace Assay.Gateway.Routing;

/// <summary>Where a call goes.</summary>
/// <param name="Targets">The first choice, then what may stand in for it; empty where no server has the model asked for.</param>
/// <param name="Decision">Why, in words for the header and the journal.</param>
/// <param name="Shadow">What a rule on trial would have chosen; null where none fits, or it would have chosen the same.</param>
readonly record struct Route(IReadOnlyList<ModelTarget> Targets, string Decision, ShadowChoice? Shadow);

/// <summary>What a rule on trial would have chosen.</summary>
/// <param name="Decision">Why.</param>
/// <param name="LikelySavingUsd">What it would save on this call, by what such calls usually cost; null where that cannot be said.</param>
sealed record ShadowChoice(string Rule, ModelTarget Model, string Decision, decimal? LikelySavingUsd);
