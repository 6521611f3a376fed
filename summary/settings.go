package summary

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Setting is a line of neo4j.conf with another value: Before or After is missing where there is none, and the server's default holds. Of a
// key with several lines, which the flags of the JVM have, they are those that differ.
type Setting struct {
	Name   string  `json:"name"`
	Before *string `json:"before,omitempty"`
	After  *string `json:"after,omitempty"`
	// From is the layer that the new value comes from, neo4j.Layer; empty where there is none.
	From string `json:"from,omitempty"`
	// Roles are whose members it is for.
	Roles  []neo4j.Role `json:"roles"`
	Effect plan.Effect  `json:"effect"`
}

// settings are those that differ for members that stay, a setting that differs alike for several roles once, by name.
func settings(c Change) []Setting {
	all := []Setting{}
	for _, role := range neo4j.Roles {
		before, known := c.Conf[role]
		if !known || c.Before == nil || c.Stay(role) == 0 {
			continue
		}
		for _, s := range c.differ(role, before) {
			same := slices.IndexFunc(all, func(other Setting) bool { return other.alike(s) })
			if same < 0 {
				all = append(all, s)
				continue
			}
			all[same].Roles = append(all[same].Roles, role)
		}
	}
	slices.SortStableFunc(all, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// differ are the settings of one role that differ.
func (c Change) differ(role neo4j.Role, before map[string][]string) []Setting {
	lines, err := neo4j.Conf(c.After.Neo4j(), role)
	if err != nil {
		return nil // refused by package config
	}
	after, from := map[string][]string{}, map[string]neo4j.Layer{}
	for _, line := range lines {
		after[line.Key], from[line.Key] = append(after[line.Key], line.Value), line.Layer
	}
	keys := slices.Collect(maps.Keys(before))
	keys = slices.Sorted(slices.Values(slices.AppendSeq(keys, maps.Keys(after))))
	var all []Setting
	for _, key := range slices.Compact(keys) {
		if slices.Equal(before[key], after[key]) {
			continue
		}
		s := Setting{
			Name: key, Before: shown(key, before[key], after[key]), After: shown(key, after[key], before[key]), From: string(from[key]),
			Roles: []neo4j.Role{role}, Effect: c.effect(role, key, before[key], after[key]),
		}
		s.secrets(c, len(before[key]) == 0, len(after[key]) == 0)
		if family, err := neo4j.FamilyOf(c.After.Release); err == nil && key == family.Keys.JVM && from[key] == neo4j.FromUser {
			s.From = "cluster.jvm" // its lines have the same layer
		}
		all = append(all, s)
	}
	return all
}

// effect is what another value does. Where the release changes every member is replaced, whatever else. A value that no variable carries
// stays in the file that is part of the pods: see plan.SplitLive.
func (c Change) effect(role neo4j.Role, key string, before, after []string) plan.Effect {
	if isFirst(key) && (len(before) > 0 && len(after) > 0 || !c.remade(role)) {
		return plan.AtFirstStart // a name that comes or goes is part of the pods, a value is not
	}
	live := func(values []string) bool {
		return len(values) == 0 || len(values) == 1 && c.After.CarriesLive(key, values[0])
	}
	same := c.Before.Release.Compare(c.After.Release) == 0 && c.Before.Edition == c.After.Edition
	if same && c.After.Neo4j().Live(key) && live(before) && live(after) && !c.After.Elsewhere(key) {
		return plan.TakenLive
	}
	if c.PodsBefore[role] != "" && !c.remade(role) {
		return plan.InPlace // no member is made anew for it
	}
	return plan.ByReplacement
}

// isFirst says whether a setting counts at a first start only.
func isFirst(key string) bool {
	_, first := neo4j.SplitFirst([]neo4j.Line{{Setting: neo4j.Setting{Key: key}}})
	return len(first) > 0
}

// secrets names the Secret where a value that is not in neo4j.conf is in one.
func (s *Setting) secrets(c Change, noneBefore, noneAfter bool) {
	if at, there := c.After.SettingSecrets[s.Name]; noneAfter && there {
		text := fmt.Sprintf("that of Secret %s/%s", at.Secret, at.Key)
		s.After, s.From = &text, string(neo4j.FromUser)
	}
	if noneBefore && strings.Contains(", "+c.Before.Facts["settings"], ", "+s.Name+" of Secret ") {
		text := "that of a Secret"
		s.Before, s.Effect = &text, plan.ByReplacement // it was a variable of the pods
	}
}

// shown are those of a setting's values that the other side has not, in one text; nil where the setting is not there. An order that alone
// differs shows all.
func shown(key string, values, other []string) *string {
	if len(values) == 0 {
		return nil
	}
	differ := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return len(values)+len(other) > 2 && slices.Contains(other, v) })
	if len(differ) == 0 && slices.Equal(slices.Sorted(slices.Values(values)), slices.Sorted(slices.Values(other))) {
		differ = values
	}
	text := neo4j.NotShown
	if !neo4j.SecretName(key) {
		flags := make([]string, len(differ))
		for i, v := range differ {
			flags[i], _ = neo4j.HideFlag(v)
		}
		text = strings.Join(flags, " ")
	}
	return &text
}

func (s Setting) alike(other Setting) bool {
	same := func(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
	return s.Name == other.Name && same(s.Before, other.Before) && same(s.After, other.After) && s.From == other.From && s.Effect == other.Effect
}
