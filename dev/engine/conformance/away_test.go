package conformance

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// An API server that goes away for a minute while an object is waited for, and comes back: the wait goes on and the update ends well.
func TestAnAPIServerThatIsAwayDuringAWaitIsWaitedFor(t *testing.T) {
	t.Parallel()
	s, g := newStack(t), newGate(t)
	s.settings["kubeconfig"] = pulumi.String(g.kubeconfig)
	with := statefulSet(func() pulumi.Map { return workload(1, nil, nil) })
	ended := make(chan result, 1)
	go func() { ended <- s.up(with) }()
	s.setIsMade()
	time.Sleep(time.Second) // the wait has begun
	g.close()
	runPods(t, s.namespace)
	time.Sleep(time.Minute)
	require.Empty(t, ended, "the update does not end while its API server is away")
	g.open()
	r := <-ended
	require.NoError(t, r.err, r.out)
	s.unchanged(with)
}

// An API server that is away when the next object's turn comes ends the update at once: nothing is tried again. What was made
// is in the state, and the next update goes on from there.
func TestAnAPIServerThatIsAwayBetweenObjectsEndsTheUpdate(t *testing.T) {
	t.Parallel()
	s, g := newStack(t), newGate(t)
	s.settings["kubeconfig"] = pulumi.String(g.kubeconfig)
	away := true
	with := func(p *objects) error {
		hook, err := p.RegisterResourceHook("shut", func(*pulumi.ResourceHookArgs) error {
			if away {
				g.close()
			}
			return nil
		}, nil)
		if err != nil {
			return err
		}
		first, err := p.add("core/v1:ConfigMap", "first", configMap("first", "x"))
		if err != nil {
			return err
		}
		_, err = p.add("core/v1:ConfigMap", "second", configMap("second", "x"), pulumi.DependsOn([]pulumi.Resource{first}),
			pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeCreate: []*pulumi.ResourceHook{hook}}))
		return err
	}
	r := s.up(with)
	require.Error(t, r.err)
	r.says(t, "was not successfully created by the Kubernetes API server")
	away = false
	g.open()
	again := s.mustUp(with)
	require.Equal(t, 1, again.changes["create"], again.out)
	require.Zero(t, again.changes["update"]+again.changes["replace"]+again.changes["delete"], again.out)
	s.unchanged(with)
}
