package conformance

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func configMap(name, value string) pulumi.Map {
	fields := pulumi.Map{"data": pulumi.Map{"key": pulumi.String(value)}}
	if name != "" {
		fields["metadata"] = pulumi.Map{"name": pulumi.String(name)}
	}
	return fields
}

func TestCreateUnchangedUpdateDestroy(t *testing.T) {
	s := newStack(t)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(value string) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", value))
			return err
		}
	}
	first := s.mustUp(with("one"))
	require.NotContains(t, first.out, "warning", "plugin, SDK and stamp are of one version")
	s.unchanged(with("one"))
	require.Equal(t, map[string]int{"same": 3}, s.mustUp(with("one")).changes)

	r := s.preview(with("two"))
	require.NoError(t, r.err, r.out)
	r.says(t, `"one" => "two"`)
	require.Equal(t, 1, r.changes["update"], r.out)
	require.Equal(t, 1, s.mustUp(with("two")).changes["update"])
	live, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"key": "two"}, live.Data)

	down := s.destroy()
	require.NoError(t, down.err, down.out)
	_, err = cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "after destroy: %v", err)
}

func TestAFieldDroppedFromTheProgramIsRemoved(t *testing.T) {
	s := newStack(t)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(data pulumi.Map) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:ConfigMap", "conf",
				pulumi.Map{"metadata": pulumi.Map{"name": pulumi.String("conf")}, "data": data})
			return err
		}
	}
	s.mustUp(with(pulumi.Map{"a": pulumi.String("1"), "b": pulumi.String("2")}))
	s.mustUp(with(pulumi.Map{"a": pulumi.String("1")}))
	live, err := cluster.client.CoreV1().ConfigMaps(s.namespace).Get(context.Background(), "conf", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "1"}, live.Data)
	require.Regexp(t, `^pulumi-kubernetes-[0-9a-f]{8}$`, live.ManagedFields[0].Manager)
	s.unchanged(with(pulumi.Map{"a": pulumi.String("1")}))
}

func TestAutonameIsKept(t *testing.T) {
	s := newStack(t)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(value string) program {
		return func(p *objects) error {
			o, err := p.add("core/v1:ConfigMap", "conf", configMap("", value))
			p.Export("id", o.ID())
			return err
		}
	}
	s.mustUp(with("one"))
	before := s.output("id")
	require.Regexp(t, `^`+s.namespace+`/conf-[0-9a-f]{8}$`, before)
	s.mustUp(with("two"))
	require.Equal(t, before, s.output("id"))
}

func (s *stack) output(name string) any {
	s.t.Helper()
	outputs, err := s.auto.Outputs(context.Background())
	require.NoError(s.t, err)
	return outputs[name].Value
}
