package neo4j

import "fmt"

const mebi = 1 << 20

// overhead is what a member needs beside heap and page cache: metaspace, code cache, thread stacks, network and Lucene
// buffers. A core of 3.5 with a heap of 256 MiB and a page cache of 32 MiB was measured at 480 to 510 MiB resident.
const overhead = 224 * mebi

// minHeap and minPageCache are the least a server starts with and serves a small graph.
const (
	minHeap      = 128 * mebi
	minPageCache = 16 * mebi
)

// PlanMemory divides a container's memory limit (bytes) into heap and page cache: the overhead first, then five parts of
// eight for the heap. A part that is already given (above zero) stays as it is. The error says why nothing fits.
func PlanMemory(limit int64, given Memory) (Memory, error) {
	plan := given
	free := limit - overhead
	switch {
	case plan.Heap == 0 && plan.PageCache == 0:
		plan.Heap = down(free * 5 / 8)
		plan.PageCache = down(free - plan.Heap)
	case plan.Heap == 0:
		plan.Heap = down(free - plan.PageCache)
	case plan.PageCache == 0:
		plan.PageCache = down(free - plan.Heap)
	}
	return plan, CheckMemory(limit, plan)
}

// CheckMemory refuses a plan that a container of this limit (bytes) cannot hold, or that no server starts with.
func CheckMemory(limit int64, m Memory) error {
	if need := m.Heap + m.PageCache + overhead; need > limit {
		return fmt.Errorf("heap %s + page cache %s + %s for the JVM itself are %s, over the limit of %s",
			confBytes(m.Heap), confBytes(m.PageCache), confBytes(overhead), confBytes(need), confBytes(limit))
	}
	if m.Heap < minHeap {
		return fmt.Errorf("a heap of %s is under the least a server starts with, %s", confBytes(m.Heap), confBytes(minHeap))
	}
	if m.PageCache < minPageCache {
		return fmt.Errorf("a page cache of %s is under the least, %s", confBytes(m.PageCache), confBytes(minPageCache))
	}
	return nil
}

// down rounds to whole MiB, the unit people read.
func down(n int64) int64 { return max(0, n/mebi*mebi) }
