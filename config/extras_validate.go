package config

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

var (
	envName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	procedure = regexp.MustCompile(`^[A-Za-z0-9_.*?-]+$`)
	apocName  = regexp.MustCompile(`^apoc(\.[A-Za-z0-9_-]+)+$`)
	secretKey = regexp.MustCompile(`^[-._A-Za-z0-9]{1,253}$`)
	// javaVariables are read by every JVM before its own flags.
	javaVariables = []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"}
)

// validateExtras refuses what would break a member, or take what is the program's own.
func validateExtras(stack *Stack, f neo4j.Family, problems *Problems) {
	s, e := stack.Plan, stack.Plan.Extras
	validateJVM(stack, f, problems)
	for _, name := range slices.Sorted(maps.Keys(e.Apoc)) {
		if value := e.Apoc[name]; !apocName.MatchString(name) || strings.ContainsFunc(name+value, unicode.IsControl) {
			problems.add("cluster.apoc."+name, value, "is no line of apoc.conf", "write a name that begins with apoc., and its value on one line")
		}
	}
	validateLogging(stack, f, problems)
	validateEnv(s, problems)
	validateVolumes(stack, problems)
	validateUseVolumes(stack, problems)
	validatePlugins(stack, f, problems)
}

// validateJVM looks at the flags of either way to give them.
func validateJVM(stack *Stack, f neo4j.Family, problems *Problems) {
	for _, p := range neo4j.CheckFlags(f, stack.Plan.Spec) {
		problems.add("cluster."+p.Path, p.Flag, p.Reason, p.Mend)
	}
	for _, warning := range neo4j.WarnJVM(f, stack.Plan.Spec) {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster."+warning)
	}
}

func validateLogging(stack *Stack, f neo4j.Family, problems *Problems) {
	l := stack.Plan.Extras.Logging
	for _, file := range []struct{ key, text string }{{"server", l.Server}, {"user", l.User}} {
		if file.text == "" {
			continue
		}
		at := "cluster.logging." + file.key
		if f.Proof != neo4j.ByServers {
			problems.add(at, shorten(file.text), "is for 5.x and later, which log by log4j", "use the settings dbms.logs.* of "+f.Range())
			continue
		}
		if err := wellFormed(file.text); err != nil {
			problems.add(at, shorten(file.text), "is no log4j configuration: "+err.Error(), "write XML with the root element Configuration, as in the image's "+file.key+"-logs.xml")
		} else if file.key == "user" && !strings.Contains(file.text, "<Console") {
			stack.Warnings = append(stack.Warnings, "neo4j:"+at+": has no Console appender, so kubectl logs will show nothing of the server")
		}
	}
}

// wellFormed wants one XML document with log4j's root.
func wellFormed(text string) error {
	decoder, root := xml.NewDecoder(strings.NewReader(text)), ""
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && root == "":
			return errors.New("there is no element")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if start, ok := token.(xml.StartElement); ok && root == "" {
			if root = start.Name.Local; root != "Configuration" {
				return fmt.Errorf("its root is %s", root)
			}
		}
	}
}

func validateEnv(s plan.Plan, problems *Problems) {
	for _, name := range slices.Sorted(maps.Keys(s.EnvSecrets)) {
		at, key := "cluster.env."+name, s.EnvSecrets[name]
		checkSecretKey(at, key, problems)
		if reason := neo4j.ReservedEnv(name); !envName.MatchString(name) {
			problems.add(at, key, "is no name of an environment variable", "use letters, digits and underscores")
		} else if reason != "" {
			problems.add(at, key, reason, "leave it out here")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		at := "cluster.env." + name
		if !envName.MatchString(name) {
			problems.add(at, s.Env[name], "is no name of an environment variable", "use letters, digits and underscores")
		} else if reason := neo4j.ReservedEnv(name); reason != "" {
			problems.add(at, s.Env[name], reason, "leave it out here")
		} else if slices.Contains(javaVariables, name) && slices.ContainsFunc(strings.Fields(s.Env[name]), neo4j.IsMemoryFlag) {
			problems.add(at, s.Env[name], "has a flag that the memory plan decides", "use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory")
		}
	}
	for i, secret := range s.EnvFrom {
		if !isObjectName(secret) {
			problems.add(fmt.Sprintf("cluster.envFrom[%d]", i), secret, "is not the name of a Secret", "write the name of a Secret in the namespace")
		}
	}
}
