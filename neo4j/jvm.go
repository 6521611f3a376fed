package neo4j

import (
	"slices"
	"strings"
)

// jvmLines are the family's JVM lines with the user's own behind them, or in their place: the JVM takes the last of two that
// contradict each other. Not of two collectors, with which it does not start: one of the user's takes the place of the family's. The one
// setting, separated by white space, is what people know from the images' environment.
func jvmLines(f Family, s Spec) []Line {
	var lines []Line
	add := func(layer Layer, flags []string) {
		for _, flag := range flags {
			lines = append(lines, Line{Setting: Setting{f.Keys.JVM, f.written(flag)}, Layer: layer})
		}
	}
	own := s.userFlags(f)
	add(FromFamily, f.FixedJVM)
	if !s.Extras.JVM.Replace {
		ownCollector := slices.ContainsFunc(own, func(flag string) bool { return collector(flag) != "" })
		add(FromFamily, slices.DeleteFunc(slices.Clone(f.JVM), func(flag string) bool { return ownCollector && collector(flag) != "" }))
	}
	add(FromUser, own)
	return lines
}

// userFlags are the stack's own flags of the JVM, one by one, those of the setting first.
func (s Spec) userFlags(f Family) []string {
	return slices.Concat(strings.Fields(s.Settings[f.Keys.JVM]), s.Extras.JVM.Arguments)
}

// deafImages are the releases whose entry point sets Keys.JVM to one flag of its own, and so drops every JVM line of neo4j.conf.
var deafImages = []span{{"3.4.16", "3.4.18"}, {"3.5.10", "3.5.14"}}

// WarnJVM says what a stack's JVM flags lack, or what becomes of them.
func WarnJVM(f Family, s Spec) []string {
	var warnings []string
	for _, images := range deafImages {
		if images.has(s.Release) {
			warnings = append(warnings, "release: the official image of "+s.Release.String()+" drops the JVM lines of neo4j.conf; take "+images.before+" or later")
		}
	}
	if !s.Extras.JVM.Replace {
		return warnings
	}
	own := s.userFlags(f)
	lost := slices.DeleteFunc(slices.Clone(f.JVM), func(flag string) bool { return !strings.HasPrefix(flag, "--") || slices.Contains(own, flag) })
	if len(lost) > 0 {
		warnings = append(warnings, "jvm.mode: replace leaves out what "+f.Range()+" opens for itself in the JVM: "+strings.Join(lost, " "))
	}
	return warnings
}
