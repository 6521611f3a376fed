package verify

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/dial"
	"neo4j-kubernetes/tests/scripted"
)

func TestALongWaitSaysTheSameOnce(t *testing.T) {
	for release, port := range map[string]int{"3.1.0-M13-beta3": 7474, "3.5.0-beta03": 7687, "5.26.30": 7687} {
		t.Run(release, func(t *testing.T) {
			topology := planned(release, 3, 0)
			dialled := 0
			nobody := dial.To(func(neo4j.Member) string { return scripted.Nobody(t) })
			members, err := Over(func(ctx context.Context, m neo4j.Member, wanted ...int) (reach.Way, error) {
				if m.Name == "neo4j-0" {
					dialled++
				}
				return nobody(ctx, m, wanted...)
			}, topology, reach.Login{Password: "password"})
			require.NoError(t, err)
			defer members.Close()
			var progress bytes.Buffer
			_, err = Prove(t.Context(), members, topology, Options{Timeout: 1500 * time.Millisecond, Progress: &progress})
			line := fmt.Sprintf("neo4j-0: expected an answer, found port %d closed", port)
			require.ErrorContains(t, err, line)
			assert.Greater(t, dialled, 1, "each try has a forward of its own, with another local port")
			assert.Equal(t, "0 of 3: "+line, strings.TrimSpace(progress.String()))
		})
	}
}
