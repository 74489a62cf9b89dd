using System.Reflection;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Notifications.Redis;
using Orleans.Serialization.Invocation;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

public sealed class RedisExceptions
{
    public static TheoryData<Exception> OfTheDriver =>
    [
        new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "gone", null, CommandStatus.Unknown),
        new RedisTimeoutException(CommandFlags.None, "gone", CommandStatus.Sent),
        new RedisServerException(RedisErrorKind.Unknown, CommandFlags.None, "gone"),
        new RedisException("gone"),
        new RedisCommandException("gone"),
    ];

    [Theory, MemberData(nameof(OfTheDriver))]
    public async Task Reach_callers_as_unavailable(Exception error)
    {
        var told = await Assert.ThrowsAsync<UnavailableException>(() => new ExceptionTranslationFilter([new RedisExceptionTranslator()]).Invoke(new Call(error)));

        Assert.Equal("Redis cannot answer: gone", told.Message);
        Assert.Null(told.InnerException);
    }

    [Fact]
    public async Task Are_the_only_ones_that_are_changed()
    {
        var error = new TimeoutException();

        Assert.Same(error, await Assert.ThrowsAsync<TimeoutException>(() => new ExceptionTranslationFilter([new RedisExceptionTranslator()]).Invoke(new Call(error))));
    }

    /// <summary>A grain call that fails.</summary>
    private sealed class Call(Exception error) : IIncomingGrainCallContext
    {
        public Task Invoke() => Task.FromException(error);

        public IInvokable Request => throw new NotSupportedException();

        public object Grain => throw new NotSupportedException();

        public GrainId? SourceId => null;

        public GrainId TargetId => default;

        public GrainInterfaceType InterfaceType => default;

        public string InterfaceName => "";

        public string MethodName => "";

        public MethodInfo InterfaceMethod => throw new NotSupportedException();

        public MethodInfo ImplementationMethod => throw new NotSupportedException();

        public IGrainContext TargetContext => throw new NotSupportedException();

        public object? Result { get; set; }

        public Response? Response { get; set; }
    }
}
