package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// readExtras reads what a stack adds to its servers beside settings.
func readExtras(f *file) neo4j.Extras {
	e := neo4j.Extras{Apoc: f.texts("apoc", nil)}
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
	return e
}

// readPod reads what a stack adds to its members' pods: variables and volumes.
func readPod(f *file, p *plan.Plan) {
	p.EnvFrom = f.list("envFrom")
	p.Env, p.EnvSecrets = f.textsOrSecrets("env")
	for _, item := range f.objects("volumes", "name") {
		p.Volumes = append(p.Volumes, plan.Volume{
			Name: item.text("name", ""), MountPath: item.text("mountPath", ""), ReadOnly: item.boolean("readOnly", false),
			Secret: item.text("secret", ""), ConfigMap: item.text("configMap", ""), Claim: item.text("claim", ""),
		})
		item.end()
	}
}

// textsOrSecrets takes an object of values by name: a text each, or a Secret and a key in it.
func (f *file) textsOrSecrets(key string) (texts map[string]string, secrets map[string]plan.SecretKey) {
	object, isObject := f.values[key].(map[string]any)
	if !isObject {
		return f.texts(key, nil), nil
	}
	plain := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		values, isReference := object[name].(map[string]any)
		if !isReference || values["secret"] == nil && values["key"] == nil {
			plain[name] = object[name]
			continue
		}
		reference := newFile(f.path+"."+key+"."+name, values, f.problems)
		if secrets == nil {
			secrets = map[string]plan.SecretKey{}
		}
		secrets[name] = plan.SecretKey{Secret: reference.text("secret", ""), Key: reference.text("key", "")}
		reference.end()
	}
	f.taken[key] = true
	return newFile(f.path, map[string]any{key: plain}, f.problems).texts(key, nil), secrets
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
			f.refuse(key, v, "is not a list", itemByItem)
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

// items takes a list of anything.
func (f *file) items(key string) []any {
	v, ok := f.take(key)
	if !ok {
		return nil
	}
	items, isList := v.([]any)
	if !isList {
		f.refuse(key, v, "is not a list", itemByItem)
	}
	return items
}

const itemByItem = "write its items one by one below it, each behind a dash"

// objects takes a list of objects; a text among them stands for an object that has nothing but that name.
func (f *file) objects(key, name string) []*file {
	var all []*file
	for i, item := range f.items(key) {
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
