package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestRenderToADirectory(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	dir := t.TempDir()
	s.settings = pulumi.Map{"renderYamlToDirectory": pulumi.String(dir)}
	with := func(p *objects) error {
		if _, err := p.addAsIs("core/v1:ConfigMap", "conf", configMap("conf", "one")); err != nil {
			return err
		}
		_, err := p.add("apps/v1:StatefulSet", "w", workload(1, nil, nil))
		return err
	}
	r := s.preview(with)
	require.NoError(t, r.err, r.out)
	require.Empty(t, files(t, dir), "a preview writes nothing")
	s.mustUp(with)
	require.Equal(t, []string{
		"1-manifest/apps_v1-statefulset-" + s.namespace + "-w.yaml", "1-manifest/v1-configmap-default-conf.yaml",
	}, files(t, dir))
	s.unchanged(with)
	down := s.destroy()
	require.NoError(t, down.err, down.out)
	require.Empty(t, files(t, dir))
}

func TestRenderingExcludesACluster(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["renderYamlToDirectory"] = pulumi.String(t.TempDir())
	r := s.preview(func(*objects) error { return nil })
	require.Error(t, r.err)
	r.says(t, `"kubeconfig" arg is not compatible with "renderYamlToDirectory" arg`)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, err := filepath.Rel(dir, path)
			found = append(found, relative)
			return err
		}
		return err
	}))
	return found
}
