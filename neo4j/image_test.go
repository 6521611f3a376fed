package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The published images, the last of each line that root alone can run and the first that anybody can.
func TestRootsImages(t *testing.T) {
	for release, roots := range map[string]bool{
		"3.1.0-M13-beta3": true, "3.1.0": true, "3.1.7": true, "3.1.8": false, "3.1.9": false,
		"3.2.0": true, "3.2.8": true, "3.2.9": false, "3.3.0-rc1": true, "3.3.3": true, "3.3.4": false,
		"3.4.0": false, "3.5.0-beta03": false, "3.5.35": false, "4.0.0": false, "4.4.0": false, "5.1.0": false, "2025.01.0": false, "2026.03.1": false,
	} {
		r := MustRelease(release)
		assert.Equal(t, roots, r.RootsImage(), release)
		assert.Equal(t, roots, len(r.ImageFolders()) > 0, release)
		if roots {
			assert.Equal(t, r.ImageFolders(), r.WrittenFolders(), release)
		}
		assert.Contains(t, r.WrittenFolders(), "conf", "%s: every entry point copies the configuration", release)
	}
}
