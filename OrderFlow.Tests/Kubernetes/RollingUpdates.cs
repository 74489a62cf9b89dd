using k8s.Models;

namespace OrderFlow.Tests.Kubernetes;

/// <summary>Updates and drains leave as many pods as there were.</summary>
public sealed class RollingUpdates
{
    public static TheoryData<string> Names => Overlay.Names;

    [KubectlTheory, MemberData(nameof(Names))]
    public void An_update_stops_no_pod_before_another_is_ready(string overlay) =>
        Assert.All(Overlay.Named(overlay).Of<V1Deployment>(), deployment =>
        {
            Assert.Equal("RollingUpdate", deployment.Spec.Strategy.Type);
            Assert.Equal(("0", "1"), (deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value, deployment.Spec.Strategy.RollingUpdate.MaxSurge.Value));
        });

    [KubectlTheory, MemberData(nameof(Names))]
    public void A_drain_stops_one_pod_of_a_program_at_a_time(string overlay)
    {
        var all = Overlay.Named(overlay);
        var budgets = all.Of<V1PodDisruptionBudget>().Select(budget => (Assert.Single(all.Selected(budget.Spec.Selector)).Name, budget.Spec.MaxUnavailable.Value));

        Assert.Equal([("api", "1"), ("silo", "1")], budgets.Order());
    }

    /// <summary>Replicas in the file would undo what the autoscaler did whenever the file is applied.</summary>
    [KubectlTheory, MemberData(nameof(Names))]
    public void The_autoscaler_alone_sets_the_number_of_APIs(string overlay)
    {
        var target = Assert.Single(Overlay.Named(overlay).Of<V2HorizontalPodAutoscaler>()).Spec.ScaleTargetRef;

        Assert.Equal(("Deployment", "api"), (target.Kind, target.Name));
        Assert.Null(Overlay.Named(overlay).Find<V1Deployment>(target.Name).Spec.Replicas);
    }
}
