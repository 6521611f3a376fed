// Package neo4j holds what Neo4j is, release by release: families, roles and topology, setting names, the rendering of
// neo4j.conf and the memory plan. It uses the standard library only and knows neither Kubernetes nor Pulumi.
package neo4j

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// Release is the version of a Neo4j server as its makers write it: "3.1.0-M13-beta3", "3.5.35", "5.26.30", "2026.08.1".
type Release struct {
	Major, Minor, Patch int
	// Pre is the pre-release part without its dash ("beta03"), empty for a final release.
	Pre string
	// text is what was parsed, kept because calendar releases pad their month ("2026.08.1").
	text string
}

var releasePattern = regexp.MustCompile(`^(\d{1,4})\.(\d{1,2})\.(\d{1,3})(?:-([0-9A-Za-z][0-9A-Za-z.-]*))?$`)

// preRelease is what stands behind a release that is not yet one: M13-beta3, alpha09, rc1. An image's tag has other parts there.
var preRelease = regexp.MustCompile(`^(M\d+(-beta\d+)?|(alpha|beta|rc|RC)\d+)$`)

// ParseRelease reads a release of three numbers with an optional pre-release part.
func ParseRelease(s string) (Release, error) {
	m := releasePattern.FindStringSubmatch(s)
	if m == nil {
		return Release{}, fmt.Errorf("%q is not a Neo4j release: write three numbers such as 3.5.35", s)
	}
	if m[4] != "" && !preRelease.MatchString(m[4]) {
		return Release{}, fmt.Errorf("%q is not a Neo4j release: write %s.%s.%s; the edition is cluster.edition, an image of your own cluster.image.name", s, m[1], m[2], m[3])
	}
	r := Release{Pre: m[4], text: s}
	for i, dst := range []*int{&r.Major, &r.Minor, &r.Patch} {
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return Release{}, fmt.Errorf("%q is not a Neo4j release: %w", s, err)
		}
		*dst = n
	}
	if r.Major >= firstCalendarYear && len(m[2]) != 2 {
		return Release{}, fmt.Errorf("%q is not a Neo4j release: months have two digits, write %d.%02d.%s", s, r.Major, r.Minor, m[3])
	}
	return r, nil
}

// MustRelease is ParseRelease for constants in tables and tests; it panics on a malformed text.
func MustRelease(s string) Release {
	r, err := ParseRelease(s)
	if err != nil {
		panic(err)
	}
	return r
}

// String gives the release as it was parsed.
func (r Release) String() string { return r.text }

// IsZero says whether no release was given.
func (r Release) IsZero() bool { return r == Release{} }

// Compare orders releases by their three numbers, a pre-release before its final release.
func (r Release) Compare(o Release) int {
	if c := cmp.Or(cmp.Compare(r.Major, o.Major), cmp.Compare(r.Minor, o.Minor), cmp.Compare(r.Patch, o.Patch)); c != 0 {
		return c
	}
	switch {
	case r.Pre == o.Pre:
		return 0
	case r.Pre == "":
		return 1
	case o.Pre == "":
		return -1
	}
	return cmp.Compare(r.Pre, o.Pre)
}

// MarshalJSON writes the release as its text.
func (r Release) MarshalJSON() ([]byte, error) { return json.Marshal(r.text) }

// UnmarshalJSON reads the release from its text; an empty text is the zero release.
func (r *Release) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a release is a text such as \"3.5.35\": %w", err)
	}
	if s == "" {
		*r = Release{}
		return nil
	}
	v, err := ParseRelease(s)
	*r = v
	return err
}

// Tag is the tag of the official image: Community has no suffix (operations manual, "Docker").
func (r Release) Tag(e Edition) string {
	if e == Enterprise {
		return r.String() + "-enterprise"
	}
	return r.String()
}

// lastPatches are the last releases of the lines that have ended, by line; a line of 5.x that is not here ended with its first. Source:
// the official images that were published (docker-neo4j-publish).
var lastPatches = map[[2]int]int{
	{3, 1}: 9, {3, 2}: 14, {3, 3}: 9, {3, 4}: 18, {3, 5}: 35, {4, 0}: 12, {4, 1}: 13, {4, 2}: 19, {4, 3}: 24,
	{5, 18}: 1, {5, 21}: 2, {5, 24}: 2, {5, 25}: 1,
}

// lastPatch is the last patch of the release's line, where the line has ended: 4.4, 5.26 and the calendar releases go on.
func lastPatch(r Release) (patch int, ended bool) {
	last, known := lastPatches[[2]int{r.Major, r.Minor}]
	return last, known || r.Major == 5 && r.Minor < 26
}
