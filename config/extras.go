package config

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"neo4j-kubernetes/neo4j"
)

// readExtras reads what a stack adds to its members beside settings.
func readExtras(f *file) neo4j.Extras {
	e := neo4j.Extras{Apoc: f.texts("apoc", nil), Env: f.texts("env", nil), EnvFrom: f.list("envFrom")}
	jvm := f.sub("jvm")
	e.JVM = neo4j.JVM{Arguments: jvm.list("arguments"), Replace: jvm.oneOf("mode", "append", "append", "replace") == "replace"}
	jvm.end()
	logging := f.sub("logging")
	e.Logging = neo4j.Logging{Server: logging.text("server", ""), User: logging.text("user", "")}
	logging.end()
	for _, item := range f.objects("plugins", "name") {
		e.Plugins = append(e.Plugins, neo4j.Plugin{
			Name: item.text("name", ""), Bundled: item.boolean("bundled", false),
			LicenseSecret: item.text("licenseSecret", ""), LicenseKey: item.text("licenseKey", "license"),
		})
		item.end()
	}
	procedures := f.sub("procedures")
	e.Procedures = neo4j.Procedures{Allowlist: procedures.list("allowlist"), Unrestricted: procedures.list("unrestricted")}
	procedures.end()
	for _, item := range f.objects("volumes", "name") {
		e.Volumes = append(e.Volumes, neo4j.Volume{
			Name: item.text("name", ""), MountPath: item.text("mountPath", ""), ReadOnly: item.boolean("readOnly", false),
			Secret: item.text("secret", ""), ConfigMap: item.text("configMap", ""), Claim: item.text("claim", ""),
		})
		item.end()
	}
	return e
}

// list takes a list of texts, or one text of several separated by commas.
func (f *file) list(key string) []string {
	v, ok := f.take(key)
	if !ok {
		return nil
	}
	items, isList := v.([]any)
	if !isList {
		text, isText := v.(string)
		if !isText {
			f.refuse(key, v, "is not a list", "write its items one by one below it, each behind a dash")
			return nil
		}
		for _, item := range strings.Split(text, ",") {
			items = append(items, strings.TrimSpace(item))
		}
	}
	var list []string
	for i, item := range items {
		text := scalar(item)
		if text == "" {
			f.refuse(fmt.Sprintf("%s[%d]", key, i), item, "is not a text", "write one value in quotes")
			continue
		}
		list = append(list, text)
	}
	return list
}

// objects takes a list of objects; a text among them stands for an object that has nothing but that name.
func (f *file) objects(key, name string) []*file {
	v, ok := f.take(key)
	if !ok {
		return nil
	}
	items, isList := v.([]any)
	if !isList {
		f.refuse(key, v, "is not a list", "write its items one by one below it, each behind a dash")
		return nil
	}
	var all []*file
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", key, i)
		values, isObject := item.(map[string]any)
		if text, isText := item.(string); isText {
			values, isObject = map[string]any{name: text}, true
		}
		if !isObject {
			f.refuse(at, item, "is neither a name nor an object", "write the keys of one item below a dash")
			continue
		}
		all = append(all, newFile(f.path+"."+at, values, f.problems))
	}
	return all
}

var (
	envName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	procedure = regexp.MustCompile(`^[A-Za-z0-9_.*?-]+$`)
	// jvmMemory are flags that the memory plan decides.
	jvmMemory = regexp.MustCompile(`^-(Xm[sx]|Xmn|XX:(Initial|Max|Min)(Heap|RAM)|XX:MaxDirectMemorySize)`)
)

// validateExtras refuses what would break a member, or take what is the program's own.
func validateExtras(stack *Stack, f neo4j.Family, problems *Problems) {
	s, e := stack.Spec, stack.Spec.Extras
	for i, flag := range append(slices.Clone(e.JVM.Arguments), strings.Fields(s.Settings[f.Keys.JVM])...) {
		at := fmt.Sprintf("cluster.jvm.arguments[%d]", i)
		switch {
		case strings.ContainsFunc(flag, unicode.IsSpace) || strings.ContainsFunc(flag, unicode.IsControl):
			problems.add(at, flag, "has white space in it", "write each flag as an item of its own")
		case !strings.HasPrefix(flag, "-"):
			problems.add(at, flag, "is no flag of the JVM", "begin it with a dash, such as -XX:+UseZGC")
		case jvmMemory.MatchString(flag):
			problems.add(at, flag, "is decided by the memory plan", "use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Apoc)) {
		if value := e.Apoc[name]; !strings.HasPrefix(name, "apoc.") || strings.ContainsFunc(name+value, unicode.IsControl) {
			problems.add("cluster.apoc."+name, value, "is no line of apoc.conf", "write a name that begins with apoc., and its value on one line")
		}
	}
	validateLogging(e.Logging, f, problems)
	validateEnv(s, problems)
	validateVolumes(e.Volumes, problems)
	validatePlugins(stack, problems)
}

func validateLogging(l neo4j.Logging, f neo4j.Family, problems *Problems) {
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

func validateEnv(s neo4j.Spec, problems *Problems) {
	for _, name := range slices.Sorted(maps.Keys(s.Extras.Env)) {
		at := "cluster.env." + name
		if !envName.MatchString(name) {
			problems.add(at, s.Extras.Env[name], "is no name of an environment variable", "use letters, digits and underscores")
		} else if reason := neo4j.ReservedEnv(name); reason != "" {
			problems.add(at, s.Extras.Env[name], reason, "leave it out here")
		}
	}
	for i, secret := range s.Extras.EnvFrom {
		if !dnsLabel.MatchString(secret) {
			problems.add(fmt.Sprintf("cluster.envFrom[%d]", i), secret, "is not the name of a Secret", "write the name of a Secret in the namespace")
		}
	}
}

func validateVolumes(volumes []neo4j.Volume, problems *Problems) {
	names, paths := map[string]bool{}, []string{}
	for i, v := range volumes {
		at := fmt.Sprintf("cluster.volumes[%d]", i)
		switch {
		case !dnsLabel.MatchString(v.Name):
			problems.add(at+".name", v.Name, "is not a DNS label", "use lower-case letters, digits and dashes")
		case slices.Contains(neo4j.ReservedVolumes, v.Name) || names[v.Name]:
			problems.add(at+".name", v.Name, "is taken", "use another name than "+strings.Join(neo4j.ReservedVolumes, ", ")+" and your other volumes'")
		}
		names[v.Name] = true
		sources := 0
		for _, source := range []string{v.Secret, v.ConfigMap, v.Claim} {
			if source != "" {
				sources++
			}
		}
		if sources > 1 {
			problems.add(at, v.Name, "has more than one source", "write one of secret, configMap and claim, or none for an empty folder")
		}
		if !path.IsAbs(v.MountPath) || path.Clean(v.MountPath) != v.MountPath || v.MountPath == "/" {
			problems.add(at+".mountPath", v.MountPath, "is no path of a folder", "write it from the root on, such as /import")
			continue
		}
		for _, other := range append(slices.Clone(neo4j.ReservedPaths), paths...) {
			if within(v.MountPath, other) || within(other, v.MountPath) {
				problems.add(at+".mountPath", v.MountPath, "is in the way of "+other, "mount it elsewhere")
			}
		}
		paths = append(paths, v.MountPath)
	}
}

// within says whether a path is another or below it.
func within(inner, outer string) bool { return inner == outer || strings.HasPrefix(inner, outer+"/") }

func validatePlugins(stack *Stack, problems *Problems) {
	s, seen := stack.Spec, map[string]bool{}
	for i, p := range s.Extras.Plugins {
		at := fmt.Sprintf("cluster.plugins[%d]", i)
		if reason, mend := neo4j.CheckPlugin(s, p); reason != "" {
			problems.add(at, p.Name, reason, mend)
		} else if seen[p.Name] {
			problems.add(at, p.Name, "is there twice", "leave one out")
		}
		seen[p.Name] = true
		if p.LicenseSecret != "" && !dnsLabel.MatchString(p.LicenseSecret) {
			problems.add(at+".licenseSecret", p.LicenseSecret, "is not the name of a Secret", "write the name of a Secret in the namespace")
		}
	}
	lists := map[string][]string{"allowlist": s.Extras.Procedures.Allowlist, "unrestricted": s.Extras.Procedures.Unrestricted}
	for _, key := range slices.Sorted(maps.Keys(lists)) {
		for i, pattern := range lists[key] {
			if !procedure.MatchString(pattern) {
				problems.add(fmt.Sprintf("cluster.procedures.%s[%d]", key, i), pattern, "is no pattern of procedures", "write names with * and ?, such as apoc.coll.*")
			}
		}
	}
	if slices.Contains(s.Extras.Procedures.Unrestricted, "*") {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.procedures.unrestricted: * lets every procedure of every plugin reach around the server's security")
	}
}
