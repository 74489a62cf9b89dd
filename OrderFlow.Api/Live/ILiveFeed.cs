using OrderFlow.Live;

namespace OrderFlow.Api.Live;

/// <summary>Where changes of orders come from while they happen. Best effort: some may be lost, and some may come twice.</summary>
internal interface ILiveFeed
{
    /// <summary>
    /// Has changes come, for <see cref="LiveOrders.FollowDuration"/> from now on; to be called again in time. True where anything may have been missed since: it was
    /// not subscribed to, a silo was lost, or the silos could not send it.
    /// </summary>
    /// <param name="deliver">Is given the changes; must not take long.</param>
    Task<bool> Follow(Action<LiveChanges> deliver);

    /// <summary>Has no more changes come.</summary>
    Task Unfollow();
}
