package neo4j

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// FlagProblem is why a flag of the user's is refused: its path below cluster, the flag, the reason and the mend.
type FlagProblem struct{ Path, Flag, Reason, Mend string }

var (
	// jvmMemory are flags that the memory plan decides: not those that only divide the heap.
	jvmMemory = regexp.MustCompile(`^-(X?m[sx]\d|XX:((Initial|Max|Min)HeapSize|(Initial|Max|Min|Default)?(MaxRAM|RAM)(Percentage|Fraction)?|MaxDirectMemorySize)=)`)
	// jvmSwitch and jvmValue are the flags of which a JVM takes the last of several.
	jvmSwitch = regexp.MustCompile(`^-XX:([+-])(\w+)$`)
	jvmValue  = regexp.MustCompile(`^-XX:(\w+)=(.*)$`)
	// collectors are the switches of which a JVM takes one: with two it does not start ("Conflicting collector combinations").
	collectors = regexp.MustCompile(`^Use(Serial|Parallel|ParallelOld|ConcMarkSweep|G1|Z|Shenandoah|Epsilon)GC$`)
)

// IsMemoryFlag says whether a flag decides what the memory plan decides.
func IsMemoryFlag(flag string) bool { return jvmMemory.MatchString(flag) }

// collector is the garbage collector that a flag switches on, empty for any other flag.
func collector(flag string) string {
	if m := jvmSwitch.FindStringSubmatch(flag); m != nil && m[1] == "+" && collectors.MatchString(m[2]) {
		return m[2]
	}
	return ""
}

// twoCollectors stands among what flags decide for the collector, whichever it is.
const twoCollectors = "a collector"

// decides is what a JVM takes one word of only: the switch or the value that a flag names, and which collector there is.
func decides(flag string) []string {
	if m := jvmSwitch.FindStringSubmatch(flag); m != nil {
		if collector(flag) != "" {
			return []string{twoCollectors, m[2]}
		}
		return []string{m[2]}
	}
	if m := jvmValue.FindStringSubmatch(flag); m != nil {
		return []string{m[1]}
	}
	return nil
}

// CheckFlags refuses flags of the stack's own that the JVM of the release's images does not take, that contradict each other, or that would
// not reach it as they are written, in their order: those of the setting, then jvm.arguments.
func CheckFlags(f Family, s Spec) []FlagProblem {
	var problems []FlagProblem
	flags, ofSetting := s.userFlags(f), len(strings.Fields(s.Settings[f.Keys.JVM]))
	first := map[string]string{} // the flag that decides something
	for i, flag := range flags {
		reason, mend := f.refuseFlag(flag)
		if c := collector(flag); reason == "" && c != "" {
			reason, mend = f.refuseCollector(c, flags, s.Extras.JVM.Replace)
		}
		if reason == "" {
			reason, mend = contradiction(flag, first)
		}
		if reason == "" {
			continue
		}
		path := "settings." + f.Keys.JVM
		if i >= ofSetting {
			path = fmt.Sprintf("jvm.arguments[%d]", i-ofSetting)
		}
		problems = append(problems, FlagProblem{path, flag, reason, mend})
	}
	return problems
}

// contradiction holds a flag against the first of those that decide the same, and remembers it.
func contradiction(flag string, first map[string]string) (reason, mend string) {
	for _, what := range decides(flag) {
		other, ok := first[what]
		switch {
		case !ok:
			first[what] = flag
		case other != flag && what == twoCollectors:
			return "contradicts " + other + ", and the JVM does not start with two collectors", "keep one of them"
		case other != flag:
			return "contradicts " + other, "keep one of them"
		}
	}
	return "", ""
}

// refuseFlag looks at one flag alone.
func (f Family) refuseFlag(flag string) (reason, mend string) {
	blank := strings.ContainsFunc(flag, unicode.IsSpace)
	switch {
	case strings.ContainsFunc(flag, unicode.IsControl):
		return "has a line break or another control character in it", "write it on one line"
	case !strings.HasPrefix(flag, "-"):
		return "is no flag of the JVM", "begin it with a dash, such as -XX:+UseZGC"
	case blank && strings.Contains(flag, " -"):
		return "is several flags at once", "write each flag as an item of its own"
	case IsMemoryFlag(flag):
		return "is decided by the memory plan", "use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory"
	case blank && !f.keepsBlanks():
		return "has a blank in it, and the launcher of " + f.Name + " parts a flag at each, in quotes or not", "write it without, or in cluster.env.JDK_JAVA_OPTIONS in quotes where the image runs Java 9 or later"
	case f.keepsBlanks() && readByShell(flag):
		return "has a character in it that the shell of the images' entry point reads", "write it into cluster.env.JDK_JAVA_OPTIONS, which no shell reads"
	}
	return "", ""
}

// readByShell says whether a flag would be another one behind docker-entrypoint.sh of 5.x and later, which runs `eval` on what `neo4j console
// --dry-run` prints: that puts flags with a blank or one kind of quote into the other kind, refuses both kinds, and escapes nothing.
func readByShell(flag string) bool {
	single, double, blank := strings.Contains(flag, "'"), strings.Contains(flag, `"`), strings.ContainsFunc(flag, unicode.IsSpace)
	switch {
	case strings.ContainsAny(flag, "`$\\"):
		return true
	case double:
		return blank || single // in double quotes already, see written
	case single || blank:
		return false
	}
	return strings.ContainsAny(flag, "|&;<>(){}")
}

// keepsBlanks says whether the release's launcher keeps a flag in double quotes whole: seen with `neo4j console --dry-run` of 5.26.30
// and 2026.08.1. The launchers before 4.3 are shell scripts that part the lines at white space; of 4.3 and 4.4 nothing is known here.
func (f Family) keepsBlanks() bool { return f.from[0] >= 5 }

// written is a flag as its line of neo4j.conf has it.
func (f Family) written(flag string) string {
	if f.keepsBlanks() && strings.ContainsFunc(flag, unicode.IsSpace) {
		return `"` + flag + `"`
	}
	return flag
}

// refuseCollector says what is wrong with a collector on the Java that the family's images run: 8 for 3.x, 11 for 4.x, 17 or later from
// 5.0 on. (JEP 363 took CMS out of Java 14; ZGC came with 11, by JEP 333 as an experiment until 15, JEP 377.)
func (f Family) refuseCollector(name string, flags []string, replace bool) (reason, mend string) {
	const instead = "take -XX:+UseG1GC, or leave it out"
	major := f.from[0]
	switch {
	case name == "UseEpsilonGC":
		return "never frees memory, so that a member would end when its heap is full", instead
	case (name == "UseConcMarkSweepGC" || name == "UseParallelOldGC") && major >= 5:
		return fmt.Sprintf("is gone from the Java of %s", f.Name), instead
	case (name == "UseZGC" || name == "UseShenandoahGC") && major == 3:
		return "is not in Java 8, which the images of 3.x run", instead
	case name == "UseZGC" && major == 4 && replace && !slices.Contains(flags, "-XX:+UnlockExperimentalVMOptions"):
		return "is an experiment in Java 11, which the images of 4.x run", "add -XX:+UnlockExperimentalVMOptions before it"
	}
	return "", ""
}
