package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// podOf is a pod of one container with these fields beside its name.
func podOf(container string) string {
	return fmt.Sprintf("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, %s}]}}", container)
}

// A tag names a release, or is refused; a digest is good whatever the tag is.
func TestPinnedImage(t *testing.T) {
	for _, image := range []string{
		"neo4j:5.26.30-enterprise", "neo4j:2026.08.1", "neo4j:3.5.0-beta03-enterprise", "registry:5000/neo4j:5.26.30-enterprise-ubi9", "neo4j@sha256:00",
		"neo4j:latest@sha256:00", "fluent-bit:4.0", "alpine:3", "app:v2", "app:main-3f2a9c1", "app:a1b2c3d", "minio:RELEASE.2024-01-01T00-00-00Z",
	} {
		assert.Empty(t, said(t, "pinned-image", podOf(fmt.Sprintf("image: %q", image))), image)
	}
	for _, image := range []string{
		"neo4j:latest", "neo4j:enterprise", "neo4j:community", "neo4j:latest-enterprise", "neo4j:enterprise-latest", "neo4j:enterprise-ubi9", "neo4j:5-enterprise",
		"neo4j:5.26", "neo4j:5.26-enterprise", "app:5.1-latest", "busybox:stable", "nginx:alpine", "registry:5000/team/app:main",
	} {
		assert.Equal(t, []string{fmt.Sprintf("p: container c runs %s, which is another image tomorrow: name the release", image)},
			said(t, "pinned-image", podOf(fmt.Sprintf("image: %q", image))), image)
	}
	for _, image := range []string{"neo4j", "registry:5000/neo4j"} {
		assert.Equal(t, []string{fmt.Sprintf("p: container c runs %s, which has no tag: name the release", image)},
			said(t, "pinned-image", podOf(fmt.Sprintf("image: %q", image))), image)
	}
	assert.Empty(t, said(t, "pinned-image", podOf("image: UNKNOWN")))
	assert.Equal(t, []string{"p: container i runs busybox, which has no tag: name the release"},
		said(t, "pinned-image", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {initContainers: [{name: i, image: busybox}]}}"))
}
