// Package home knows where a box keeps what: running state in its home, builds and images in the cache.
package home

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// Box is a box's home folder. Several boxes may run side by side, each with its own.
type Box struct{ Dir string }

// Open gives the box of NEO4J_BOX_HOME, or the user's own below the XDG state folder.
func Open() (Box, error) {
	dir := os.Getenv("NEO4J_BOX_HOME")
	if dir == "" {
		state := os.Getenv("XDG_STATE_HOME")
		if state == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return Box{}, err
			}
			state = filepath.Join(user, ".local", "state")
		}
		dir = filepath.Join(state, "neo4j-kubernetes")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Box{}, err
	}
	// The API server's socket lies in it, and a socket's path has at most 107 characters.
	if len(dir) > 90 {
		return Box{}, fmt.Errorf("NEO4J_BOX_HOME %s is too long for a socket's path: use at most 90 characters", dir)
	}
	return Box{dir}, nil
}

// Prefix begins the name of every box.
const Prefix = "neo4j-box-"

// Path joins names below the home.
func (b Box) Path(names ...string) string { return filepath.Join(append([]string{b.Dir}, names...)...) }

// Name tells this box from others where a name is the whole machine's, such as a cgroup.
func (b Box) Name() string {
	sum := sha256.Sum256([]byte(b.Dir))
	return Prefix + hex.EncodeToString(sum[:4])
}

// Kubeconfig is the file by which the host reaches the API server.
func (b Box) Kubeconfig() string { return b.Path("kubeconfig") }

// Socket is where node 1 relays to the API server.
func (b Box) Socket() string { return b.Path("api.sock") }

// Volumes is the folder of the claims' volumes.
func (b Box) Volumes() string { return b.Path("data", "volumes") }

// State is the supervisor's word of what runs.
func (b Box) State() string { return b.Path("state.json") }

// Cache is the folder of builds and images, shared by all boxes of a user.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "neo4j-kubernetes"), nil
}
