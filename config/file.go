package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// file is one structured value as the stack has it, read key by key. Every read takes its key; what nobody took is unknown.
// Problems are collected, so that the first wrong value does not hide the second.
type file struct {
	path     string
	values   map[string]any
	taken    map[string]bool
	children map[string]*file
	problems *Problems
}

func newFile(path string, values map[string]any, problems *Problems) *file {
	return &file{path: path, values: values, taken: map[string]bool{}, children: map[string]*file{}, problems: problems}
}

func (f *file) refuse(key string, value any, reason, mend string) {
	f.problems.add(f.path+"."+key, value, reason, mend)
}

func (f *file) take(key string) (any, bool) {
	f.taken[key] = true
	v, ok := f.values[key]
	return v, ok && v != nil
}

// has says whether the stack gave the key, without taking it.
func (f *file) has(key string) bool { return f.values[key] != nil }

// sub gives a nested object; empty when it is not there.
func (f *file) sub(key string) *file {
	child := newFile(f.path+"."+key, nil, f.problems)
	f.children[key] = child
	if v, ok := f.take(key); ok {
		object, isObject := v.(map[string]any)
		if !isObject {
			f.refuse(key, v, "is not an object", "write its keys one by one below it")
		}
		child.values = object
	}
	return child
}

func (f *file) text(key, otherwise string) string {
	v, ok := f.take(key)
	if !ok {
		return otherwise
	}
	switch v := v.(type) {
	case string:
		return v
	case json.Number, bool:
		return fmt.Sprint(v)
	}
	f.refuse(key, v, "is not a text", "write one value in quotes")
	return otherwise
}

// integer takes a whole number; `pulumi config set --path` writes numbers as numbers, people quote them.
func (f *file) integer(key string, otherwise int) int {
	v, ok := f.take(key)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(scalar(v))
	if err != nil {
		f.refuse(key, v, "is not a whole number", "write a number such as "+strconv.Itoa(max(otherwise, 3)))
		return otherwise
	}
	return n
}

func (f *file) boolean(key string, otherwise bool) bool {
	v, ok := f.take(key)
	if !ok {
		return otherwise
	}
	b, err := strconv.ParseBool(scalar(v))
	if err != nil {
		f.refuse(key, v, "is neither true nor false", "write true or false")
		return otherwise
	}
	return b
}

// bytes takes a quantity of bytes as Kubernetes writes it ("10Gi", "512Mi") or as Neo4j does ("512m", "2g").
func (f *file) bytes(key, otherwise string) int64 {
	text := f.text(key, otherwise)
	if text == "" {
		return 0
	}
	if n := len(text) - 1; n > 0 && strings.ContainsRune("kmg", rune(text[n])) {
		text = text[:n] + strings.ToUpper(text[n:]) + "i"
	}
	q, err := resource.ParseQuantity(strings.Replace(text, "Ki", "Ki", 1))
	if err != nil || q.Sign() < 0 {
		f.refuse(key, f.text(key, otherwise), "is not an amount of bytes", "write a number and a unit, such as 10Gi or 512Mi")
		return 0
	}
	return q.Value()
}

// millicores takes an amount of CPU as Kubernetes writes it ("500m", "2").
func (f *file) millicores(key, otherwise string) int64 {
	text := f.text(key, otherwise)
	if text == "" {
		return 0
	}
	q, err := resource.ParseQuantity(text)
	if err != nil || q.Sign() < 0 {
		f.refuse(key, text, "is not an amount of CPU", "write cores or millicores, such as 2 or 500m")
		return 0
	}
	return q.MilliValue()
}

// seconds takes a duration as Go writes it ("10m", "90s"), in whole seconds.
func (f *file) seconds(key, otherwise string) int {
	text := f.text(key, otherwise)
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 24*time.Hour {
		f.refuse(key, text, "is not a duration of at most a day", "write a number and a unit, such as 90s or 10m")
		return 0
	}
	return int(d / time.Second)
}

// texts takes an object of texts, such as annotations.
func (f *file) texts(key string, otherwise map[string]string) map[string]string {
	v, ok := f.take(key)
	if !ok {
		return otherwise
	}
	object, isObject := v.(map[string]any)
	if !isObject {
		f.refuse(key, v, "is not an object", "write its keys one by one below it")
		return otherwise
	}
	texts := maps.Clone(otherwise)
	if texts == nil {
		texts = map[string]string{}
	}
	for _, k := range slices.Sorted(maps.Keys(object)) {
		switch object[k].(type) {
		case string, json.Number, bool:
			texts[k] = scalar(object[k])
		default:
			f.refuse(key+"."+k, object[k], "is not a text", "write one value in quotes")
		}
	}
	return texts
}

// oneOf takes a text out of a few.
func (f *file) oneOf(key, otherwise string, allowed ...string) string {
	text := f.text(key, otherwise)
	if !slices.Contains(allowed, text) {
		mend := "write one of " + strings.Join(allowed, ", ")
		if near := nearest(text, allowed); near != "" {
			mend += "; did you mean " + near + "?"
		}
		f.refuse(key, text, "is not known", mend)
		return otherwise
	}
	return text
}

// known are the paths of all keys that were asked for, from below this object's own path.
func (f *file) known() []string {
	var paths []string
	for key := range f.taken {
		child, isObject := f.children[key]
		if !isObject {
			paths = append(paths, key)
			continue
		}
		for _, below := range child.known() {
			paths = append(paths, key+"."+below)
		}
	}
	slices.Sort(paths)
	return paths
}

// end refuses every key that nobody took.
func (f *file) end() {
	known := slices.Sorted(maps.Keys(f.taken))
	for _, key := range slices.Sorted(maps.Keys(f.values)) {
		if f.taken[key] {
			continue
		}
		mend := "leave it out; the keys here are " + strings.Join(known, ", ")
		if near := nearest(key, known); near != "" {
			mend = "did you mean " + near + "?"
		}
		f.refuse(key, f.values[key], "is not a key this program knows", mend)
	}
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number, bool:
		return fmt.Sprint(v)
	}
	return ""
}
