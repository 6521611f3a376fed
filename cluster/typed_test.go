package cluster

import (
	"reflect"
	"testing"

	corev1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1args "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingargs "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestEveryFieldOfTheTypedObjectsHasAnInput walks Pulumi's arguments of all that a stack writes in Kubernetes' types: a field that nothing
// fulfils would be an error in the middle of an update.
func TestEveryFieldOfTheTypedObjectsHasAnInput(t *testing.T) {
	plain := []reflect.Type{of[pulumi.String](), of[pulumi.Bool](), of[pulumi.Int](), of[pulumi.StringArray](), of[pulumi.StringMap]()}
	seen := map[reflect.Type]bool{}
	var walk func(args reflect.Type)
	walk = func(args reflect.Type) {
		if args.Kind() == reflect.Pointer {
			args = args.Elem()
		}
		if seen[args] {
			return
		}
		seen[args] = true
		for i := range args.NumField() {
			field := args.Field(i)
			if field.Tag.Get("pulumi") == "" {
				continue
			}
			found := false
			for _, p := range plain {
				found = found || p.Implements(field.Type)
			}
			for _, kind := range kinds {
				if !kind.Implements(field.Type) {
					continue
				}
				found = true
				if kind.Kind() == reflect.Pointer {
					walk(kind)
					continue
				}
				item := false
				for _, one := range kinds {
					if one.Kind() == reflect.Pointer && one.Implements(kind.Elem()) {
						item = true
						walk(one)
					}
				}
				assert.True(t, item, "items of %s", kind)
			}
			assert.True(t, found, "%s.%s: %s", args, field.Name, field.Type)
		}
	}
	for _, root := range []reflect.Type{of[corev1args.AffinityArgs](), of[corev1args.TolerationArgs](), of[corev1args.ContainerArgs](), of[networkingargs.NetworkPolicyPeerArgs]()} {
		walk(root)
	}
	assert.Greater(t, len(seen), 30)
}

// TestTypedSaysWhatItCannotTake: nothing is dropped without a word.
func TestTypedSaysWhatItCannotTake(t *testing.T) {
	seconds := int64(30)
	args, err := typed[corev1args.TolerationArgs](corev1.Toleration{Key: "dedicated", Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds})
	require.NoError(t, err)
	assert.Equal(t, &corev1args.TolerationArgs{Key: pulumi.String("dedicated"), Effect: pulumi.String("NoExecute"), TolerationSeconds: pulumi.Int(30)}, args)
	_, err = typed[corev1args.TolerationArgs](map[string]any{"keey": "a"})
	require.ErrorContains(t, err, "has no field keey")
	_, err = typed[corev1args.TolerationArgs](map[string]any{"key": []any{"a"}})
	require.ErrorContains(t, err, "key: no input of")
}

// TestAnEmptySelectorIsKept: it selects everything, and none that is given nothing.
func TestAnEmptySelectorIsKept(t *testing.T) {
	peer, err := typed[networkingargs.NetworkPolicyPeerArgs](networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{}})
	require.NoError(t, err)
	assert.Equal(t, &networkingargs.NetworkPolicyPeerArgs{NamespaceSelector: &metav1args.LabelSelectorArgs{}}, peer)
	term, err := typed[corev1args.PodAffinityTermArgs](corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: &metav1.LabelSelector{}})
	require.NoError(t, err)
	assert.Equal(t, &corev1args.PodAffinityTermArgs{TopologyKey: pulumi.String("zone"), LabelSelector: &metav1args.LabelSelectorArgs{}}, term)
}
