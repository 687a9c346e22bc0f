using System.Collections.Concurrent;
using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// The models of an estate in each scope, one object of each: a book finds the rates of a model again by its address, and would look
/// them up anew for every copy. Safe for several threads.
/// </summary>
public sealed class ScopedModels
{
    readonly ConcurrentDictionary<(string Id, ModelKind Kind, Scope Scope), ModelRef> models = new();

    public ModelRef In(ModelRef model, Scope scope) => models.GetOrAdd((model.Id, model.Kind, scope),
        static (_, asked) => asked.model.Scope == asked.scope ? asked.model : asked.model with { Scope = asked.scope }, (model, scope));
}
