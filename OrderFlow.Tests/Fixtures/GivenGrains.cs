using System.Reflection;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A fake grain factory with one fake grain for each interface, whatever the key. Records the calls.</summary>
public class GivenGrains : DispatchProxy
{
    private readonly Dictionary<Type, object> _grains = [];
    private readonly List<string> _asked = [];

    /// <summary>The calls, such as <c>IOrderGrain(42).Get</c>.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked) return [.. _asked];
        }
    }

    /// <summary>The factory.</summary>
    public IGrainFactory Factory { get; private set; } = null!;

    public static GivenGrains Make()
    {
        var factory = Create<IGrainFactory, GivenGrains>();
        var made = (GivenGrains)(object)factory;
        made.Factory = factory;
        return made;
    }

    /// <summary>Sets how grains of an interface answer; <paramref name="answer"/> gets the method's name and arguments.</summary>
    public GivenGrains Answer<TGrain>(Func<string, object?[], object> answer)
        where TGrain : class, IAddressable
    {
        _grains[typeof(TGrain)] = answer;
        return this;
    }

    /// <summary>As where no silo has grains of an interface.</summary>
    public GivenGrains Without<TGrain>()
    {
        _grains.Remove(typeof(TGrain));
        return this;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var grain = targetMethod!.GetGenericArguments().Single();
        if (!_grains.TryGetValue(grain, out var given)) throw new ArgumentException($"Could not find an implementation for interface {grain}", nameof(targetMethod));

        var answer = (Func<string, object?[], object>)given;
        return GivenGrain.Make(grain, (method, arguments) =>
        {
            lock (_asked) _asked.Add($"{grain.Name}({args![0]}).{method}");
            return answer(method, arguments);
        });
    }
}

/// <summary>A fake grain.</summary>
public class GivenGrain : DispatchProxy
{
    private Func<string, object?[], object> _answer = null!;

    public static object Make(Type grain, Func<string, object?[], object> answer)
    {
        var made = Create(grain, typeof(GivenGrain));
        ((GivenGrain)made)._answer = answer;
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!.Name, args ?? []);
}
