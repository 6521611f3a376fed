package conformance

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestPreviewBeforeItsNamespaceExists(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	r := s.preview(func(p *objects) error {
		ns, err := p.addAsIs("core/v1:Namespace", "later", pulumi.Map{})
		if err != nil {
			return err
		}
		_, err = p.addAsIs("core/v1:ConfigMap", "conf", pulumi.Map{
			"metadata": pulumi.Map{"namespace": ns.Metadata.MapIndex(pulumi.String("name"))},
		})
		return err
	})
	require.NoError(t, r.err, r.out)
	require.Equal(t, 4, r.changes["create"], r.out)
}

// What a preview found missing must not be believed later: once the namespace is there, the API server is asked again.
func TestPreviewOfANewNamespaceIsBelievedOnce(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(port int) program {
		return func(p *objects) error {
			name := pulumi.String(s.namespace + "-new")
			ns, err := p.addAsIs("core/v1:Namespace", "ns", pulumi.Map{"metadata": pulumi.Map{"name": name}})
			if err != nil {
				return err
			}
			for _, service := range []string{"one", "two", "three"} {
				_, err = p.addAsIs("core/v1:Service", service, pulumi.Map{
					"metadata": pulumi.Map{"name": pulumi.String(service), "namespace": name},
					"spec":     pulumi.Map{"clusterIP": pulumi.String("None"), "ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(port)}}},
				}, pulumi.DependsOn([]pulumi.Resource{ns}))
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	r := s.preview(with(80))
	require.NoError(t, r.err, r.out)
	require.Equal(t, 6, r.changes["create"], r.out)
	s.mustUp(with(80))
	r = s.preview(with(70000))
	require.Error(t, r.err, r.out)
	r.says(t, "between 1 and 65535")
	down := s.destroy()
	require.NoError(t, down.err, down.out)
}

func TestPreviewKnowsTheStatusOfWhatExists(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(label string) program {
		return func(p *objects) error {
			o, err := p.addAsIs("core/v1:Namespace", "ns", pulumi.Map{"metadata": pulumi.Map{
				"name": pulumi.String(s.namespace + "-status"), "labels": pulumi.Map{"l": pulumi.String(label)},
			}})
			p.Export("phase", o.Status.MapIndex(pulumi.String("phase")))
			return err
		}
	}
	r := s.preview(with("a"))
	require.NoError(t, r.err, r.out)
	r.says(t, "[unknown]")
	s.mustUp(with("a"))
	require.Equal(t, "Active", s.output("phase"))
	r = s.preview(with("b"))
	require.NoError(t, r.err, r.out)
	require.NotContains(t, r.out, "[unknown]")
	down := s.destroy()
	require.NoError(t, down.err, down.out)
}

func TestEquivalentNotationIsNoChange(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	claim := func(size string) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:PersistentVolumeClaim", "c", pulumi.Map{
				"metadata": pulumi.Map{"annotations": pulumi.Map{"pulumi.com/skipAwait": pulumi.String("true")}},
				"spec": pulumi.Map{
					"accessModes": pulumi.Array{pulumi.String("ReadWriteOnce")},
					"resources":   pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String(size)}},
				},
			})
			return err
		}
	}
	s.mustUp(claim("1024Mi"))
	s.unchanged(claim("1Gi"))
}

func TestPreviewWithoutAnyCluster(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "one"))
		return err
	}
	s.settings["kubeconfig"] = pulumi.String(kubeconfigText("https://127.0.0.1:1"))
	r := s.preview(with)
	require.NoError(t, r.err, r.out)
	require.Equal(t, 3, r.changes["create"], r.out)
	up := s.up(with)
	require.Error(t, up.err)
	up.says(t, "configured Kubernetes cluster is unreachable")
}
