package onbox

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is the part of a summary, as docs/previews.md has its shape, that what happened is held against.
type told struct {
	Kind    string
	Before  *shape
	After   shape
	Members struct {
		Running                            int
		Added, Removed, Replaced, Outdated []string
	}
	Settings []struct {
		Name, Effect string
		After        *string
		Roles        []string
	}
	Volumes    struct{ Grow []string }
	Unfinished []string
}

type shape struct {
	Pools []struct {
		Name, Role string
		Members    []string
	}
}

func (s *shape) members() []string {
	var all []string
	if s != nil {
		for _, pool := range s.Pools {
			all = append(all, pool.Members...)
		}
	}
	return all
}

// place is what a summary speaks of: the members' pods by their identities, and how large the volumes of claims are.
type place struct{ pods, volumes map[string]string }

func (p *project) place() place {
	p.t.Helper()
	var pods struct {
		Items []struct {
			Metadata struct{ Name, UID string }
		}
	}
	var claims struct {
		Items []struct {
			Metadata struct{ Name string }
			Status   struct{ Capacity map[string]string }
		}
	}
	require.NoError(p.t, json.Unmarshal([]byte(p.kubectl("get", "pods", "-l", "app.kubernetes.io/name=neo4j", "-o", "json")), &pods))
	require.NoError(p.t, json.Unmarshal([]byte(p.kubectl("get", "pvc", "-o", "json")), &claims))
	found := place{map[string]string{}, map[string]string{}}
	for _, pod := range pods.Items {
		found.pods[pod.Metadata.Name] = pod.Metadata.UID
	}
	for _, claim := range claims.Items {
		found.volumes[claim.Metadata.Name] = claim.Status.Capacity["storage"]
	}
	return found
}

// holdSummary holds the summary of an update that ended well against what it did. It never did more than was said. It did all that was said,
// unless the update before it did not end: that one may have done some of it.
func (p *project) holdSummary(before place, out string) {
	t := p.t
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.Summary, p.Stack+".json"))
	require.NoError(t, err, "every update leaves its summary\n%s", out)
	var s told
	require.NoError(t, json.Unmarshal(text, &s))
	require.NotEqual(t, "refused", s.Kind)
	after := p.place()
	assert.ElementsMatch(t, s.After.members(), slices.Collect(maps.Keys(after.pods)), "the members are those that were said\n%s", text)

	var added, removed, replaced []string
	for name, uid := range after.pods {
		switch was := before.pods[name]; {
		case was == "" && !slices.Contains(s.Before.members(), name):
			added = append(added, name) // a member of before whose pod was gone is made anew by its StatefulSet, whatever an update does
		case was != "" && was != uid:
			replaced = append(replaced, name)
		}
	}
	for name := range before.pods {
		if after.pods[name] == "" {
			removed = append(removed, name)
		}
	}
	grown := []string{}
	for name, size := range before.volumes {
		if now := after.volumes[name]; size != "" && now != "" && now != size {
			grown = append(grown, name)
		}
	}
	m := s.Members
	if !p.undone {
		assert.ElementsMatch(t, m.Added, added, "added\n%s", text)
		assert.ElementsMatch(t, m.Removed, removed, "removed\n%s", text)
		assert.ElementsMatch(t, m.Replaced, replaced, "replaced\n%s", text)
		assert.ElementsMatch(t, s.Volumes.Grow, grown, "volumes\n%s", text)
	} else {
		// A pool that was of another size than any plan is said to be unfinished, and what belongs to no plan goes.
		planned := slices.Concat(s.After.members(), m.Removed)
		left := slices.DeleteFunc(slices.Clone(removed), func(name string) bool { return len(s.Unfinished) > 0 && !slices.Contains(planned, name) })
		assert.Subset(t, m.Removed, left, "removed\n%s", text)
		assert.Subset(t, slices.Concat(m.Added, s.After.members()), added, "added\n%s", text)
		assert.Subset(t, m.Replaced, replaced, "replaced\n%s", text)
		for _, name := range s.Volumes.Grow {
			// It may have grown between the look and the update.
			assert.NotEmpty(t, after.volumes[name], name)
		}
	}
	p.holdSettings(s, string(text))
}

// holdSettings finds what is said to be applied live where the next start reads it; that the members have it the update has proven.
func (p *project) holdSettings(s told, text string) {
	p.t.Helper()
	for _, setting := range s.Settings {
		if setting.Effect != "live" {
			continue
		}
		variable := "NEO4J_" + strings.ReplaceAll(strings.ReplaceAll(setting.Name, "_", "__"), ".", "_")
		for _, pool := range s.After.Pools {
			if !slices.Contains(setting.Roles, pool.Role) {
				continue
			}
			var live struct{ Data map[string]string }
			require.NoError(p.t, json.Unmarshal([]byte(p.kubectl("get", "configmap", pool.Name+"-live", "-o", "json")), &live))
			value, there := live.Data[variable]
			assert.Equal(p.t, setting.After != nil, there, "%s of %s\n%s", setting.Name, pool.Name, text)
			if setting.After != nil {
				assert.Equal(p.t, *setting.After, value, "%s of %s", setting.Name, pool.Name)
			}
		}
	}
}
