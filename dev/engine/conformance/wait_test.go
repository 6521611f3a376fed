package conformance

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestTimedOutWaitIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := statefulSet(func() pulumi.Map { return workload(1, nil, nil) },
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "2s", Update: "20s"}))
	r := s.up(with)
	require.Error(t, r.err)
	r.says(t, "'w' timed out waiting to be Ready", "0 out of 1 replicas succeeded readiness checks",
		"was successfully created, but")
	require.Contains(t, s.checkpoint(), `"initErrors"`)

	runPods(t, s.namespace)
	again := s.mustUp(with)
	require.Equal(t, 1, again.changes["update"], again.out)
	require.NotContains(t, s.checkpoint(), `"initErrors"`)
	s.unchanged(with)
}

func TestUnreadyPodIsExplained(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	r := s.up(statefulSet(func() pulumi.Map {
		fields := workload(1, pulumi.Map{"pulumi.com/timeoutSeconds": pulumi.String("13")}, nil)
		template := fields["spec"].(pulumi.Map)["template"].(pulumi.Map)
		template["metadata"].(pulumi.Map)["annotations"] = pulumi.Map{unreadyAnnotation: pulumi.String("yes")}
		return fields
	}))
	require.Error(t, r.err)
	r.says(t, "[Pod "+s.namespace+"/w-0]", "CrashLoopBackOff", "exit code 3")
}

func TestSkipAwait(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	started := time.Now()
	s.mustUp(statefulSet(func() pulumi.Map {
		return workload(1, pulumi.Map{"pulumi.com/skipAwait": pulumi.String("true")}, nil)
	}))
	require.Less(t, time.Since(started), 20*time.Second)
}
