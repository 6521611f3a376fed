package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Fact is a part of a plan that previews compare as a text, beside sizes, storage, release and neo4j.conf, which the record has as they are.
type Fact struct {
	// Path is the key below neo4j:cluster that decides it.
	Path string
	// Does is what another text does to the running members.
	Does Effect
	text func(Plan) string
}

const none = "none"

// Facts are all of them, in the order in which people read them. What may be secret is in none: of env, and of apoc, the names alone.
var Facts = slices.Concat(ownFacts, podFacts, storageFacts, tlsFacts, updateFacts, wayFacts)

var ownFacts = []Fact{
	{"image.name", ByReplacement, func(p Plan) string { return p.Image }},
	{"image.pullPolicy", ByReplacement, func(p Plan) string { return p.ImagePullPolicy }},
	{"acceptLicense", ByReplacement, Plan.licence},
	{"resources.cpu", ByReplacement, func(p Plan) string { return amount(p.Resources.CPURequest, Millicores) }},
	{"resources.cpuLimit", ByReplacement, func(p Plan) string { return amount(p.Resources.CPULimit, Millicores) }},
	{"resources.memory", ByReplacement, func(p Plan) string { return Quantity(p.Resources.Memory) }},
	{"metrics", ByReplacement, func(p Plan) string { return strconv.FormatBool(p.Metrics) }},
	{"plugins", ByReplacement, func(p Plan) string { return each(p.Extras.Plugins, pluginText) }},
	{"apoc", ByReplacement, func(p Plan) string { return each(slices.Sorted(maps.Keys(p.Extras.Apoc)), itself) }},
	{"logging.server", ByReplacement, func(p Plan) string { return fingerprint(p.Extras.Logging.Server) }},
	{"logging.user", ByReplacement, func(p Plan) string { return fingerprint(p.Extras.Logging.User) }},
	{"settings", ByReplacement, func(p Plan) string { return secrets(p.SettingSecrets) }},
	{"env", ByReplacement, Plan.variables},
	{"envFrom", ByReplacement, func(p Plan) string { return each(p.EnvFrom, itself) }},
	{"volumes", ByReplacement, func(p Plan) string { return each(p.Volumes, volumeText) }},
	{"placement.separateNodes", ByReplacement, func(p Plan) string { return strconv.FormatBool(p.Placement.RequireSeparateNodes) }},
	{"placement.nodeSelector", ByReplacement, func(p Plan) string { return pairs(p.Placement.NodeSelector) }},
	{"timeouts.shutdown", ByReplacement, func(p Plan) string { return seconds(p.Timeouts.Shutdown) }},
	{"headStart", ByReplacement, Plan.begins},
	{"restart", ByReplacement, func(p Plan) string { return orNone(p.Restart) }},
}

// updateFacts concern Services and updates.
var updateFacts = []Fact{
	{"expose.type", InPlace, func(p Plan) string { return p.Expose.Type }},
	{"expose.annotations", InPlace, func(p Plan) string { return pairs(p.Expose.Annotations) }},
	{"network.clients", InPlace, func(p Plan) string { return peersText(p.Network.Clients) }},
	{"network.metrics", InPlace, func(p Plan) string { return peersText(p.Network.Metrics) }},
	{"network.backup", InPlace, func(p Plan) string { return closedText(p.Network.Backup) }},
	{"protect", ByUpdates, func(p Plan) string { return strconv.FormatBool(p.Protect) }},
	{"copies.placement", ByUpdates, Plan.placement},
	{"rolling.waive", ByUpdates, func(p Plan) string { return each(p.Rolling.Waive, itself) }},
	{"verify.enabled", ByUpdates, func(p Plan) string { return strconv.FormatBool(p.Verify.Enabled) }},
	{"verify.canary", ByUpdates, func(p Plan) string { return strconv.FormatBool(p.Verify.Canary) }},
	{"timeouts.ready", ByUpdates, func(p Plan) string { return seconds(p.Timeouts.Ready) }},
	{"timeouts.verify", ByUpdates, func(p Plan) string { return seconds(p.Timeouts.Verify) }},
	{"timeouts.scaleIn", ByUpdates, func(p Plan) string { return seconds(p.Timeouts.ScaleIn) }},
}

// facts are the plan's texts by their paths. Each has one, so that one which is missing is of a record that did not know it yet; but those of
// storageFacts, wayFacts and tlsFacts that say none have not, so that a record of before them says what it said.
func (p Plan) facts() map[string]string {
	texts := map[string]string{}
	for _, f := range Facts {
		if text := f.text(p); text != none || !f.unwritten() {
			texts[f.Path] = text
		}
	}
	return texts
}

func (f Fact) unwritten() bool {
	return slices.ContainsFunc(slices.Concat(storageFacts, wayFacts, tlsFacts), func(other Fact) bool { return other.Path == f.Path })
}

// Fact is what a record says of a part of its plan, and whether it knows of it.
func (r Record) Fact(f Fact) (text string, known bool) {
	text, known = r.Facts[f.Path]
	if !known && len(r.Facts) > 0 && f.unwritten() {
		return none, true
	}
	return text, known
}

// licence is what was accepted where the release asks for it.
func (p Plan) licence() string {
	if f, err := neo4j.FamilyOf(p.Release); err != nil || !f.NeedsLicense() || p.Edition != neo4j.Enterprise {
		return none
	}
	return orNone(p.AcceptLicense)
}

// begins is how long primaries wait before their first start; a server that stands alone does not.
func (p Plan) begins() string {
	if !p.Clustered() {
		return none
	}
	return seconds(p.HeadStart)
}

func (p Plan) placement() string {
	if p.Reallocate {
		return "reallocate"
	}
	return "keep"
}

// variables are the names of the environment variables, with where a Secret has the value.
func (p Plan) variables() string {
	all := map[string]string{}
	for name := range p.Env {
		all[name] = name
	}
	for name, at := range p.EnvSecrets {
		all[name] = secretText(name, at)
	}
	return each(slices.Sorted(maps.Keys(all)), func(name string) string { return all[name] })
}

func secrets(all map[string]SecretKey) string {
	return each(slices.Sorted(maps.Keys(all)), func(name string) string { return secretText(name, all[name]) })
}

func secretText(name string, at SecretKey) string {
	return fmt.Sprintf("%s of Secret %s/%s", name, at.Secret, at.Key)
}

func pluginText(p neo4j.Plugin) string {
	text := p.Name
	if p.Bundled {
		text += " (bundled)"
	}
	if p.LicenseSecret != "" {
		text += " licensed by " + p.LicenseSecret + "/" + p.LicenseKey
	}
	return text
}

func volumeText(v Volume) string {
	text := v.Name + " at " + v.MountPath
	for _, of := range [][2]string{{"Secret", v.Secret}, {"ConfigMap", v.ConfigMap}, {"claim", v.Claim}} {
		if of[1] != "" {
			text += " of " + of[0] + " " + of[1]
		}
	}
	if v.ReadOnly {
		text += " read-only"
	}
	return text
}

// fingerprint stands for a file that is too long to be shown.
func fingerprint(file string) string {
	if file == "" {
		return "the server's own"
	}
	return "the stack's own, " + mark(file)
}

// mark is enough of a text's digest for people to see that it is another one.
func mark(text string) string { return Digest(text)[:8] }

func itself(text string) string { return text }

// each writes the items of a list in one line.
func each[T any](items []T, text func(T) string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = text(item)
	}
	return orNone(strings.Join(texts, between))
}

// between is what parts the items of a list.
const between = ", "

func pairs(values map[string]string) string {
	return each(slices.Sorted(maps.Keys(values)), func(key string) string { return key + "=" + values[key] })
}

// amount is one that may be left out.
func amount(n int64, write func(int64) string) string {
	if n == 0 {
		return none
	}
	return write(n)
}

// number is a port that may be left out.
func number(n int) string {
	return amount(int64(n), func(n int64) string { return strconv.FormatInt(n, 10) })
}

// seconds writes a time in the largest unit that keeps it whole.
func seconds(n int) string {
	switch {
	case n > 0 && n%3600 == 0:
		return strconv.Itoa(n/3600) + "h"
	case n > 0 && n%60 == 0:
		return strconv.Itoa(n/60) + "m"
	}
	return strconv.Itoa(n) + "s"
}
