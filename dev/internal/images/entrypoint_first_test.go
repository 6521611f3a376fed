package images

import (
	"slices"
	"strings"
	"testing"
)

// The contract of the images before 3.1.4, as their published entry point shows it.
func TestFirstEntryPoint(t *testing.T) {
	const conf = "dbms.mode=SINGLE\ndbms.memory.pagecache.size=1g\n"
	t.Run("known variables alone become settings", func(t *testing.T) {
		s := startOf(t, "first", conf, []string{"NEO4J_dbms_mode=CORE", "NEO4J_causalClustering_expectedCoreClusterSize=3",
			"NEO4J_causal__clustering_raft__advertised__address=other:7000", "NEO4J_AUTH=none"})
		for key, want := range map[string]string{
			"dbms.mode": "CORE", "causal_clustering.expected_core_cluster_size": "3", "dbms.memory.pagecache.size": "512M",
			"causal_clustering.raft_advertised_address": "neo4j-0:7000", "dbms.security.auth_enabled": "false",
		} {
			if s.settings[key] != want {
				t.Errorf("%s is %q, not %q", key, s.settings[key], want)
			}
		}
		if !slices.Equal(s.arguments, []string{"console"}) || s.code != 143 {
			t.Errorf("exit code %d, java was started with %v: %s", s.code, s.arguments, s.out)
		}
	})
	t.Run("the first password is the admin tool's", func(t *testing.T) {
		s := startOf(t, "first", conf, []string{"NEO4J_AUTH=neo4j/correct-horse"})
		if !strings.Contains(s.out, "neo4j-admin: set-initial-password correct-horse") {
			t.Errorf("exit code %d: %s", s.code, s.out)
		}
	})
	for _, auth := range []string{"neo4j/neo4j", "correct-horse", "neo4j/"} {
		if s := startOf(t, "first", conf, []string{"NEO4J_AUTH=" + auth}); s.code != 1 || !strings.Contains(s.out, "Invalid value for") {
			t.Errorf("%s: exit code %d: %s", auth, s.code, s.out)
		}
	}
}

// The folders of such an image are root's: a pod of another user cannot write them, which the program must know.
func TestFirstImageIsRoots(t *testing.T) {
	for _, r := range releases {
		if r.rootsHome != (r.contract == "first") || r.rootsHome != (r.owner() == 0) {
			t.Errorf("%s: %+v", r.version, r)
		}
	}
}
