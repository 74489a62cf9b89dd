using OrderFlow.Live;

namespace OrderFlow.Api.Live;

/// <summary>Delivers changes of orders as they happen. Best effort: changes may be lost or delivered twice.</summary>
internal interface ILiveFeed
{
    /// <summary>
    /// Subscribes for <see cref="LiveOrders.FollowDuration"/>; call it again in time. True if changes may have been missed: there was no subscription, a silo
    /// was lost, or the silos could not send.
    /// </summary>
    /// <param name="deliver">Receives the changes; must not take long.</param>
    Task<bool> Follow(Action<LiveChanges> deliver);

    /// <summary>Ends the subscription.</summary>
    Task Unfollow();
}
