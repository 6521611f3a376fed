package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// licenseVariable is how the images take the word (operations manuals, "Docker configuration").
const licenseVariable = "NEO4J_ACCEPT_LICENSE_AGREEMENT"

// licenseAccepted wants a member of Neo4j Enterprise to say that its licence was accepted. Enterprise is known by a word of the image's tag:
// 5.26.30-enterprise, 5.26.30-enterprise-ubi9, enterprise. It looks at the whole stack, for the word may come from a ConfigMap.
func licenseAccepted() policyx.Policy {
	return overStack("license-accepted", "Neo4j Enterprise runs where somebody has accepted its licence.", policyx.EnforcementLevelMandatory,
		func(all []policyx.AnalyzerResource, report func(policyx.AnalyzerResource, string)) {
			for _, r := range all {
				spec, ok := pod(r)
				if !ok {
					continue
				}
				for _, c := range list(at(spec, "containers")) {
					image := text(at(c, "image"))
					_, tag, _ := parts(image)
					words := licenseWords(tag)
					if !slices.Contains(strings.Split(tag, "-"), "enterprise") || len(words) == 0 {
						continue
					}
					if word, known := variable(c, licenseVariable, sources(r, all)); known && !slices.Contains(words, word) {
						report(r, fmt.Sprintf("container %s runs %s and %s is %q: read the licence, then set cluster.acceptLicense to %s",
							text(at(c, "name")), image, licenseVariable, word, strings.Join(words, " or ")))
					}
				}
			}
		})
}

// line is the release line that a tag begins with, its second number missing where the tag follows the newest.
var line = regexp.MustCompile(`^(\d+)(?:\.(\d+))?`)

// licenseWords are what the Enterprise image of a tag takes for an acceptance: the images ask from 3.2 on, and take eval from 5.0 on. A tag
// without a number is the newest release.
func licenseWords(tag string) []string {
	number := line.FindStringSubmatch(tag)
	if number == nil {
		return []string{"yes", "eval"}
	}
	major, _ := strconv.Atoi(number[1]) // digits
	minor, err := strconv.Atoi(number[2])
	switch {
	case major < 3 || major == 3 && err == nil && minor < 2:
		return nil
	case major < 5:
		return []string{"yes"}
	}
	return []string{"yes", "eval"}
}

// variable is the value of a container's environment variable, empty where it is not set, and whether that is known: a Secret's value is not,
// nor is that of an object which the stack does not declare.
func variable(container property.Value, name string, sources map[string]property.Value) (value string, known bool) {
	for _, e := range list(at(container, "env")) {
		if text(at(e, "name")) == name {
			return text(at(e, "value")), at(e, "valueFrom").IsNull() && !unknown(e)
		}
	}
	if unknown(container, "env") || unknown(container, "envFrom") {
		return "", false
	}
	known = true
	for _, from := range list(at(container, "envFrom")) {
		key, mine := strings.CutPrefix(name, text(at(from, "prefix")))
		data, declared := sources[text(at(from, "configMapRef", "name"))]
		switch {
		case !mine: // whatever is in it, its names are others
		case !declared || unknown(data):
			known = false
		case !at(data, key).IsNull():
			value, known = text(at(data, key)), true // the last one wins
		}
	}
	return value, known
}

// sources are the data of the ConfigMaps that a stack declares in the namespace of a workload, by name.
func sources(of policyx.AnalyzerResource, all []policyx.AnalyzerResource) map[string]property.Value {
	found := map[string]property.Value{}
	for _, r := range all {
		if isKind(r, "ConfigMap") && text(in(r, "metadata", "namespace")) == text(in(of, "metadata", "namespace")) {
			found[text(in(r, "metadata", "name"))] = raw(property.New(r.Properties), "data")
		}
	}
	delete(found, "") // a name that the engine chooses, or a Secret's
	return found
}
