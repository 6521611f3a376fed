package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// The parts of an image reference (Open Container Initiative, distribution specification 1.1, "pulling manifests", and the reference
// implementation's grammar): a name in lower case behind a host that may have a port, a tag, a digest.
const (
	nameGrammar   = `(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\.|_|__|-+|/)[a-z0-9]+)*`
	tagGrammar    = `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
	digestGrammar = `sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}`
)

var (
	repositoryName = regexp.MustCompile(`^` + nameGrammar + `$`)
	imageReference = regexp.MustCompile(`^` + nameGrammar + `(?::(` + tagGrammar + `))?(?:@(?:` + digestGrammar + `))?$`)
	// releaseTag finds the release that a tag begins with, as in 5.26.30-enterprise-ubi9.
	releaseTag = regexp.MustCompile(`^(\d+\.\d+\.\d+)(-[A-Za-z0-9.-]+)?$`)
)

// readImage names the official image of the release unless the stack names another.
func readImage(f *file, s *plan.Plan) {
	repository := f.text("repository", "neo4j")
	s.Image = f.text("name", "")
	if !repositoryName.MatchString(repository) {
		f.refuse("repository", repository, "is not the name of a repository", "write registry/name without a tag, which follows from release and edition; a whole reference is image.name")
		repository = "neo4j" // one problem is enough
	}
	if s.Image == "" {
		s.Image = repository + ":" + s.Release.Tag(s.Edition)
	}
	s.ImagePullPolicy = f.oneOf("pullPolicy", "IfNotPresent", "Always", "IfNotPresent", "Never")
	s.PullSecrets = f.list("pullSecrets")
	for i, name := range s.PullSecrets {
		at := fmt.Sprintf("pullSecrets[%d]", i)
		switch {
		case !isObjectName(name):
			f.refuse(at, name, "is not the name of a Secret", "write the name of a Secret of type kubernetes.io/dockerconfigjson in the namespace")
		case slices.Contains(s.PullSecrets[:i], name):
			f.refuse(at, name, "is there twice", "leave one out")
		}
	}
	f.end()
}

// validateImage refuses what is no reference, and an image whose own tag says that it is something else than the stack says.
func validateImage(s plan.Plan, problems *Problems) {
	parts := imageReference.FindStringSubmatch(s.Image)
	if parts == nil {
		problems.add("cluster.image.name", s.Image, "is not an image reference", "write repository:tag or repository:tag@sha256:<64 digits>, the repository in lower case")
		return
	}
	tag := parts[1]
	if !releaseTag.MatchString(tag) {
		return // a name of the user's own says nothing, nor does a digest alone; the check at the end of an update does
	}
	want := s.Release.Tag(s.Edition)
	enterprise := strings.Contains(tag, "-enterprise")
	if tag != want && (!strings.HasPrefix(tag, want+"-") || enterprise != (s.Edition == neo4j.Enterprise)) {
		problems.add("cluster.image.name", s.Image, fmt.Sprintf("is not %s %s", s.Edition, s.Release), "set cluster.release and cluster.edition to what the image is, or take neo4j:"+want)
	}
}
