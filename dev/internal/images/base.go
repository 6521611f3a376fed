package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// baseCommand makes the base layer: the smallest Debian with a Java and tini. Man pages and the like are left out, for
// which Java's package wants its folder to be there all the same.
func baseCommand(target string, j java) []string {
	prune := `rm -rf "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/locale/* "$1"/usr/share/i18n ` +
		`"$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/cache/debconf/* "$1"/var/log/*`
	return []string{
		"mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--include=" + j.runtime + ",tini",
		`--essential-hook=mkdir -p "$1/usr/share/man/man1"`,
		`--customize-hook=chroot "$1" groupadd --gid 7474 neo4j && chroot "$1" useradd --uid 7474 --gid 7474 --home-dir /var/lib/neo4j --no-create-home neo4j`,
		"--customize-hook=" + prune, j.suite, target,
	}
}

// baseLayer gives the tar of the base, the same file for all images of one Java, so that containerd keeps it once.
func baseLayer(ctx context.Context, cache string, j java) (string, error) {
	sum := sha256.Sum256([]byte(strings.Join(baseCommand("base.tar", j), "\n")))
	file := filepath.Join(cache, "build", "base-"+hex.EncodeToString(sum[:])[:16]+".tar")
	if exists(file) {
		return file, nil
	}
	fresh := file + ".new.tar"
	command := baseCommand(fresh, j)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	// Files' times in the layer are bounded by this one, so that two builds of the same packages agree.
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000")
	// Asked to end, mmdebstrap takes its mounts and its folder with it; killed, it leaves both.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.Remove(fresh)
		return "", fmt.Errorf("mmdebstrap: %w\n%s", err, out)
	}
	return file, os.Rename(fresh, file)
}
