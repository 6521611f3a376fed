package await

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func parse(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	json, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	o := &unstructured.Unstructured{}
	require.NoError(t, o.UnmarshalJSON(json))
	return o
}

func TestJudgeStatefulSet(t *testing.T) {
	for _, test := range []struct {
		name, status, progress string
		generation             string
		done                   bool
	}{
		{name: "not looked at yet", generation: "1", status: "{}",
			progress: "[1/2] Waiting for StatefulSet to create Pods (0/3 Pods ready)"},
		{name: "two of three", generation: "1",
			status:   "{observedGeneration: 1, replicas: 3, readyReplicas: 2, currentReplicas: 3, currentRevision: a, updateRevision: a}",
			progress: "[1/2] Waiting for StatefulSet to create Pods (2/3 Pods ready)"},
		{name: "all", generation: "1", done: true,
			status: "{observedGeneration: 1, replicas: 3, readyReplicas: 3, currentReplicas: 3, currentRevision: a, updateRevision: a}"},
		{name: "status of an older spec", generation: "2",
			status:   "{observedGeneration: 1, replicas: 3, readyReplicas: 3, currentReplicas: 3, currentRevision: a, updateRevision: a}",
			progress: "[1/3] Waiting for StatefulSet update to roll out (0/3 Pods ready)"},
		{name: "older pods do not count", generation: "2",
			status:   "{observedGeneration: 2, replicas: 3, readyReplicas: 3, currentReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b}",
			progress: "[1/3] Waiting for StatefulSet update to roll out (1/3 Pods ready)"},
		{name: "one pod too many", generation: "2",
			status:   "{observedGeneration: 2, replicas: 4, readyReplicas: 4, currentReplicas: 4, currentRevision: a, updateRevision: a}",
			progress: "[1/3] Waiting for StatefulSet update to roll out (4/3 Pods ready)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := parse(t, "{apiVersion: apps/v1, kind: StatefulSet, metadata: {generation: "+test.generation+
				"}, spec: {replicas: 3}, status: "+test.status+"}")
			v := judgeStatefulSet(view{object: o})
			require.Equal(t, test.done, v.done)
			require.Equal(t, test.progress, v.progress)
			require.Equal(t, test.done, len(v.missing) == 0)
		})
	}
}

func TestJudgeService(t *testing.T) {
	slice := func(conditions string) string {
		return "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, endpoints: [{addresses: [1.2.3.4], conditions: " + conditions + "}]}"
	}
	for _, test := range []struct {
		name, spec, status, slice string
		done, settles             bool
	}{
		{name: "headless", spec: "{clusterIP: None, selector: {a: b}}", done: true},
		{name: "external name", spec: "{type: ExternalName, selector: {a: b}}", done: true},
		{name: "no selector", spec: "{clusterIP: 1.1.1.1}", done: true},
		{name: "no pods", spec: "{clusterIP: 1.1.1.1, selector: {a: b}}", settles: true},
		{name: "a pod that is not ready", spec: "{selector: {a: b}}", slice: slice("{ready: false}")},
		{name: "a pod that goes", spec: "{selector: {a: b}}", slice: slice("{ready: false, terminating: true}"), settles: true},
		{name: "a ready pod", spec: "{selector: {a: b}}", slice: slice("{ready: true}"), done: true},
		{name: "no address", spec: "{type: LoadBalancer, selector: {a: b}}", slice: slice("{ready: true}")},
		{name: "an address", spec: "{type: LoadBalancer, selector: {a: b}}", slice: slice("{ready: true}"),
			status: "{loadBalancer: {ingress: [{ip: 5.5.5.5}]}}", done: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.status == "" {
				test.status = "{}"
			}
			seen := view{
				object:  parse(t, "{apiVersion: v1, kind: Service, spec: "+test.spec+", status: "+test.status+"}"),
				related: [][]*unstructured.Unstructured{nil},
			}
			if test.slice != "" {
				seen.related[0] = append(seen.related[0], parse(t, test.slice))
			}
			v := judgeService(seen)
			require.Equal(t, test.done, v.done)
			require.Equal(t, test.settles, v.settle > 0)
		})
	}
}

func TestJudgeOthers(t *testing.T) {
	for _, test := range []struct {
		name, object, class string
		judge               func(view) verdict
		done, failed        bool
	}{
		{name: "bound claim", object: "{apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClassName: c}, status: {phase: Bound}}",
			judge: judgeClaim, done: true},
		{name: "claim that waits for its pod", class: "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, volumeBindingMode: WaitForFirstConsumer}",
			object: "{apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClassName: c}, status: {phase: Pending}}", judge: judgeClaim, done: true},
		{name: "claim without a volume", class: "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, volumeBindingMode: Immediate}",
			object: "{apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClassName: c}, status: {phase: Pending}}", judge: judgeClaim},
		{name: "available volume", object: "{apiVersion: v1, kind: PersistentVolume, status: {phase: Available}}", judge: judgeVolume, done: true},
		{name: "failed volume", object: "{apiVersion: v1, kind: PersistentVolume, status: {phase: Failed}}", judge: judgeVolume},
		{name: "ready pod", object: "{apiVersion: v1, kind: Pod, status: {phase: Running, conditions: [{type: Ready, status: \"True\"}]}}",
			judge: judgePod, done: true},
		{name: "pod that ended well", object: "{apiVersion: v1, kind: Pod, status: {phase: Succeeded}}", judge: judgePod, done: true},
		{name: "pod that ended badly", object: "{apiVersion: v1, kind: Pod, spec: {restartPolicy: Never}, status: {phase: Failed}}",
			judge: judgePod, failed: true},
		{name: "job", object: "{apiVersion: batch/v1, kind: Job, status: {conditions: [{type: Complete, status: \"True\"}]}}", judge: judgeJob, done: true},
		{name: "failed job", object: "{apiVersion: batch/v1, kind: Job, status: {conditions: [{type: Failed, status: \"True\", reason: BackoffLimitExceeded}]}}",
			judge: judgeJob, failed: true},
		{name: "deployment", object: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 2}, status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2}}",
			judge: judgeDeployment, done: true},
		{name: "deployment with an old pod left", object: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 2}, status: {observedGeneration: 1, replicas: 3, updatedReplicas: 2, availableReplicas: 2}}",
			judge: judgeDeployment},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := view{object: parse(t, test.object), related: [][]*unstructured.Unstructured{nil}}
			if test.class != "" {
				seen.related[0] = append(seen.related[0], parse(t, test.class))
			}
			v := test.judge(seen)
			require.Equal(t, test.done, v.done)
			require.Equal(t, test.failed, v.failed != nil)
			require.False(t, test.judge(view{related: seen.related}).done, "a deleted object is not ready")
		})
	}
}

func TestPodTroubles(t *testing.T) {
	owner := parse(t, "{apiVersion: apps/v1, kind: StatefulSet, metadata: {uid: u}}")
	pod := func(uid string) *unstructured.Unstructured {
		return parse(t, `{apiVersion: v1, kind: Pod, metadata: {name: w-0, namespace: ns, ownerReferences: [{uid: `+uid+`, apiVersion: v1, kind: X, name: x}]},
			status: {phase: Running, conditions: [{type: Ready, status: "False", message: unready}, {type: ContainersReady, status: "False", message: unready}],
			containerStatuses: [{name: c, ready: false, restartCount: 1, image: i, imageID: "", state: {waiting: {reason: CrashLoopBackOff, message: back-off}},
			lastState: {terminated: {exitCode: 137, reason: OOMKilled, finishedAt: "2026-01-02T03:04:05Z"}}}]}}`)
	}
	seen := view{object: owner, related: [][]*unstructured.Unstructured{{pod("u"), pod("other")}}}
	require.Equal(t, []string{
		`[Pod ns/w-0]: unready; container "c": [CrashLoopBackOff] back-off; container "c" ended at 03:04:05 with exit code 137 (OOMKilled)`,
	}, podTroubles(seen))
}

func TestWaitForExpressions(t *testing.T) {
	o := parse(t, `{apiVersion: x/v1, kind: T, status: {phase: Up, count: 3, conditions: [{type: Synced, status: "True"}]}}`)
	for annotation, done := range map[string]bool{
		"condition=Synced": true, "condition=Synced=False": false, "condition=Ready": false,
		"jsonpath={.status.phase}=Up": true, "jsonpath={.status.phase}=Down": false,
		"jsonpath={.status.phase}": true, "jsonpath={.status.nothing}": false, "jsonpath={.status.count}=3": true,
		`["condition=Synced","jsonpath={.status.phase}=Up"]`: true, `["condition=Synced","condition=Ready"]`: false,
	} {
		r, err := waitForRule(annotation)
		require.NoError(t, err, annotation)
		require.Equal(t, done, r.judge(view{object: o}).done, annotation)
	}
	for _, wrong := range []string{"Ready", "[]", "jsonpath=.a", "jsonpath={.a}b", "jsonpath={.a[}", "condition="} {
		_, err := waitForRule(wrong)
		require.Error(t, err, wrong)
	}
}
