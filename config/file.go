package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"neo4j-kubernetes/neo4j"
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

// neo4jBytes takes a size as Neo4j writes it, in powers of 1024 ("512m", "2g", "8G", "31GiB"; a plain number is bytes).
func (f *file) neo4jBytes(key string) int64 {
	text := f.text(key, "")
	if text == "" {
		if f.has(key) {
			f.refuse(key, text, "is not a size", "write a number and k, m or g, such as 512m, or leave it out")
		}
		return 0
	}
	n, err := neo4j.ParseBytes(text)
	if err != nil || n <= 0 {
		f.refuse(key, text, "is not a size as Neo4j writes it", "write a number and k, m or g, such as 512m")
		return 0
	}
	return n
}

// kubernetesBytes takes a quantity of bytes as Kubernetes writes it: "10Gi" and "512Mi" in powers of 1024, "10G" in powers of 1000.
func (f *file) kubernetesBytes(key, otherwise string) int64 {
	text := f.text(key, otherwise)
	if n := len(text) - 1; n > 0 && strings.ContainsRune("kmg", rune(text[n])) {
		f.refuse(key, text, "is not a quantity as Kubernetes writes it", "write "+text[:n]+strings.ToUpper(text[n:])+"i")
		return 0
	}
	q, err := resource.ParseQuantity(text)
	if err != nil || q.Sign() <= 0 || q.Value() == math.MaxInt64 {
		f.refuse(key, text, "is not an amount of bytes", "write a number and a unit, such as 10Gi or 512Mi")
		return 0
	}
	return q.Value()
}

// millicores takes an amount of CPU as Kubernetes writes it ("500m", "2").
func (f *file) millicores(key, otherwise string) int64 {
	text := f.text(key, otherwise)
	if text == "" && !f.has(key) {
		return 0
	}
	q, err := resource.ParseQuantity(text)
	switch {
	case err != nil || q.Sign() <= 0:
		f.refuse(key, text, "is not an amount of CPU", "write cores or millicores, such as 2 or 500m")
		return 0
	case resource.NewMilliQuantity(q.MilliValue(), q.Format).Cmp(q) != 0:
		f.refuse(key, text, "is finer than a thousandth of a core", "write whole millicores, such as 500m")
		return 0
	}
	return q.MilliValue()
}

// seconds takes a duration as Go writes it ("10m", "90s"), in whole seconds.
func (f *file) seconds(key, otherwise string) int {
	text := f.text(key, otherwise)
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 24*time.Hour || d%time.Second != 0 {
		f.refuse(key, text, "is not a duration of whole seconds, at most a day", "write a number and a unit, such as 90s or 10m")
		return 0
	}
	return int(d / time.Second)
}

// wait is seconds that bound a wait: none is no wait.
func (f *file) wait(key, otherwise string) int {
	before := len(*f.problems)
	n := f.seconds(key, otherwise)
	if n == 0 && len(*f.problems) == before {
		f.refuse(key, f.text(key, otherwise), "is no time to wait", "write a number and a unit, such as 90s or 10m")
	}
	return n
}

// texts takes an object of texts, such as annotations, over others; null takes one of those away, and null in place of the object all.
func (f *file) texts(key string, otherwise map[string]string) map[string]string {
	v, ok := f.take(key)
	if _, given := f.values[key]; given && v == nil {
		return nil
	}
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
		case nil:
			delete(texts, k)
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
	known, told := slices.Sorted(maps.Keys(f.taken)), false
	for _, key := range slices.Sorted(maps.Keys(f.values)) {
		if f.taken[key] {
			continue
		}
		if strings.Contains(strings.ToLower(key), "password") || nearest(key, []string{"password"}) != "" {
			f.refuse(key, neo4j.NotShown, "is not a key this program knows", "take it out, for it is known now; the stack's password is a secret: pulumi config set --secret password")
			continue
		}
		mend := "leave it out"
		if near := nearest(key, known); near != "" {
			mend = "did you mean " + near + "?"
		} else if !told {
			mend, told = "leave it out; the keys here are "+strings.Join(known, ", "), true
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
