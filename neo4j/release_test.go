package neo4j

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseRelease(t *testing.T) {
	for _, good := range []string{"3.1.0-M13-beta3", "3.5.0-beta02", "3.5.0-beta03", "3.5.35", "5.26.30", "2026.08.1"} {
		r, err := ParseRelease(good)
		require.NoError(t, err)
		assert.Equal(t, good, r.String())
		b, err := json.Marshal(r)
		require.NoError(t, err)
		var back Release
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, r, back)
	}
	for _, bad := range []string{"", "3", "3.5", "v3.5.1", "3.5.x", "3.5.1-", "3.5.1 ", "latest", "-3.5.1", "99999.1.1"} {
		_, err := ParseRelease(bad)
		assert.ErrorContains(t, err, "is not a Neo4j release", bad)
	}
}

func TestReleaseOrder(t *testing.T) {
	ordered := []string{"3.1.0-M13-beta3", "3.1.0", "3.4.10", "3.5.0-alpha09", "3.5.0-beta02", "3.5.0-beta03", "3.5.0-rc1", "3.5.0", "3.5.9", "3.5.35", "5.26.30", "2025.01.0", "2026.08.1"}
	for i, a := range ordered {
		for j, b := range ordered {
			assert.Equal(t, sign(i-j), MustRelease(a).Compare(MustRelease(b)), "%s ~ %s", a, b)
		}
	}
}

func TestFamilyOf(t *testing.T) {
	for release, family := range map[string]string{
		"3.1.0-M13-beta3": "3.1", "3.1.9": "3.1", "3.2.14": "3.3", "3.3.9": "3.3", "3.4.18": "3.4", "3.5.0-beta02": "3.5", "3.5.0-beta03": "3.5", "3.5.35": "3.5",
		"4.0.0": "4.2", "4.2.19": "4.2", "4.3.0": "4.4", "4.4.38": "4.4", "5.1.0": "5", "5.22.0": "5", "5.23.0": "5.26", "5.26.30": "5.26",
		"2025.01.0": "2025", "2025.12.1": "2025", "2026.01.0": "2026", "2026.08.1": "2026",
	} {
		f, err := FamilyOf(MustRelease(release))
		require.NoError(t, err)
		assert.Equal(t, family, f.Name)
	}
	for _, unknown := range []string{"2.3.12", "3.0.1", "3.6.0", "4.5.0", "5.27.0", "6.0.0", "2024.12.0", "2025.13.0", "2025.00.0", "2031.01.0"} {
		_, err := FamilyOf(MustRelease(unknown))
		assert.ErrorContains(t, err, "is not a release this program knows: it knows 3.1, 3.2 to 3.3, 3.4, 3.5, 4.0 to 4.2, 4.3 to 4.4, 5.0 to 5.22, 5.23 to 5.26, 2025.01 to 2025.12, 2026.01 to 2026.12")
	}
}

func TestReleasesBeyondTheEndOfTheirLine(t *testing.T) {
	for release, last := range map[string]string{"3.1.10": "3.1.9", "3.5.36": "3.5.35", "4.3.25": "4.3.24", "5.20.1": "5.20.0", "5.24.3": "5.24.2"} {
		_, err := FamilyOf(MustRelease(release))
		assert.EqualError(t, err, "Neo4j "+release+" does not exist: the last of its line is "+last)
		_, err = FamilyOf(MustRelease(last))
		assert.NoError(t, err)
	}
	// These lines go on.
	for _, release := range []string{"4.4.99", "5.26.99", "2026.11.9"} {
		_, err := FamilyOf(MustRelease(release))
		assert.NoError(t, err)
	}
}

func TestMemoryPlanNeverExceedsTheLimit(t *testing.T) {
	f35 := familyOf(t, "3.5.35")
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(Families).Draw(t, "family")
		limit := rapid.Int64Range(0, 64<<30).Draw(t, "limit")
		given := Memory{
			Heap:      rapid.SampledFrom([]int64{0, 0, 256 << 20, 4 << 30}).Draw(t, "heap"),
			PageCache: rapid.SampledFrom([]int64{0, 0, 32 << 20, 2 << 30}).Draw(t, "pageCache"),
		}
		plan, err := f.PlanMemory(limit, given)
		if err != nil {
			return
		}
		require.LessOrEqual(t, f.need(plan), limit)
		require.GreaterOrEqual(t, plan.Heap, int64(minHeap))
		if given.Heap > 0 {
			require.Equal(t, given.Heap, plan.Heap)
		}
		if given.PageCache > 0 {
			require.Equal(t, given.PageCache, plan.PageCache)
		}
	})
	_, err := f35.PlanMemory(1<<30, Memory{Heap: 1 << 30, PageCache: 32 << 20})
	assert.EqualError(t, err, "heap 1g + page cache 32m + 224m for the JVM itself are 1280m, over the limit of 1g")
	small := Memory{Heap: 64 << 20, PageCache: 8 << 20}
	_, err = f35.PlanMemory(1<<30, small)
	require.EqualError(t, err, "a heap of 64m is under the least a server starts with, 128m")
	small.AllowSmall = true
	_, err = f35.PlanMemory(1<<30, small)
	require.NoError(t, err, "the floors are waived")
	_, err = f35.PlanMemory(256<<20, Memory{AllowSmall: true, Heap: 32 << 20})
	require.EqualError(t, err, "nothing is left for the heap or the page cache of a limit of 256m")
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
