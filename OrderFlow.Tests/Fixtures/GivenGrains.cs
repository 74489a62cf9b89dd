using System.Reflection;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A grain factory that knows the grains it was given, one for each interface whatever the key, and notes what they are asked.</summary>
public class GivenGrains : DispatchProxy
{
    private readonly Dictionary<Type, object> _grains = [];
    private readonly List<string> _asked = [];

    /// <summary>The calls that reached a grain, such as <c>IOrderGrain(42).Get</c>.</summary>
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

    /// <summary>Says how grains of an interface answer a call: <paramref name="answer"/> is given the method's name and its arguments.</summary>
    public GivenGrains Answer<TGrain>(Func<string, object?[], object> answer)
        where TGrain : class, IAddressable
    {
        _grains[typeof(TGrain)] = answer;
        return this;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var grain = targetMethod!.GetGenericArguments().Single();
        var answer = (Func<string, object?[], object>)_grains[grain];
        return GivenGrain.Make(grain, (method, arguments) =>
        {
            lock (_asked) _asked.Add($"{grain.Name}({args![0]}).{method}");
            return answer(method, arguments);
        });
    }
}

/// <summary>A grain that answers as it was told to.</summary>
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
