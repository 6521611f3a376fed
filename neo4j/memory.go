package neo4j

import "fmt"

const mebi = 1 << 20

// Overheads measured, resident, under a small load: a core of 3.5.0-beta03 with a heap of 256 MiB and a page cache of 32 MiB at 480
// to 510 MiB; a 5.26.30 with 256 and 64 MiB at 551 MiB, and its boot loader, a JVM of its own, at 53 to 127 MiB.

// minHeap and minPageCache are the least a server starts with and serves a small graph.
const (
	minHeap      = 128 * mebi
	minPageCache = 16 * mebi
	// maxPlannedHeap keeps pointers short: a JVM with a larger heap needs twice the room for each of them, so that up to some 40 GiB
	// hold less than 31 do. What is beyond goes to the page cache.
	maxPlannedHeap = 31 << 30
)

// PlanMemory divides a container's memory limit (bytes) into heap and page cache: the overhead first, then five parts of
// eight for the heap. A part that is already given (above zero) stays as it is. The error says why nothing fits.
func (f Family) PlanMemory(limit int64, given Memory) (Memory, error) {
	plan := given
	free := limit - f.Overhead*mebi
	switch {
	case plan.Heap == 0 && plan.PageCache == 0:
		plan.Heap = min(down(free*5/8), maxPlannedHeap)
		plan.PageCache = down(free - plan.Heap)
	case plan.Heap == 0:
		plan.Heap = min(down(free-plan.PageCache), maxPlannedHeap)
	case plan.PageCache == 0:
		plan.PageCache = down(free - plan.Heap)
	}
	return plan, f.CheckMemory(limit, plan)
}

// need is the least memory (bytes) that holds a plan.
func (f Family) need(m Memory) int64 { return m.Heap + m.PageCache + f.Overhead*mebi }

// Limit is the memory limit (bytes) for a plan, the reverse of PlanMemory: what it needs and an eighth, for the overhead was measured
// under a small load.
func (f Family) Limit(m Memory) int64 { return down(f.need(m)*9/8 + mebi - 1) }

// CheckMemory refuses a plan that a container of this limit (bytes) cannot hold, or that is under the floors, unless those are waived.
func (f Family) CheckMemory(limit int64, m Memory) error {
	if need := f.need(m); need > limit {
		return fmt.Errorf("heap %s + page cache %s + %s for the JVM itself are %s, over the limit of %s",
			confBytes(m.Heap), confBytes(m.PageCache), confBytes(f.Overhead*mebi), confBytes(need), confBytes(limit))
	}
	switch {
	case m.Heap <= 0 || m.PageCache <= 0:
		return fmt.Errorf("nothing is left for the heap or the page cache of a limit of %s", confBytes(limit))
	case m.AllowSmall:
		return nil
	case m.Heap < minHeap:
		return fmt.Errorf("a heap of %s is under the least a server starts with, %s", confBytes(m.Heap), confBytes(minHeap))
	case m.PageCache < minPageCache:
		return fmt.Errorf("a page cache of %s is under the least, %s", confBytes(m.PageCache), confBytes(minPageCache))
	}
	return nil
}

// down rounds to whole MiB, the unit people read.
func down(n int64) int64 { return max(0, n/mebi*mebi) }
