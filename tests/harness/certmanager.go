package harness

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// CertManager gives the box cert-manager's CRDs and has its controllers run against the box until stop is called: a process of the test's,
// so that a box without it is no slower. The error is a NotHere where they are not built.
func (b *Box) CertManager(ctx context.Context) (stop func(), err error) {
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	program := filepath.Join(cache, "bin", "cert-manager")
	if _, err := os.Stat(program); err != nil {
		return nil, NotHere("needs cert-manager: run dev/certmanager/build.sh first")
	}
	if err := b.managersKinds(ctx, filepath.Join(cache, "cert-manager-crds")); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := b.Command(ctx, program)
	var said strings.Builder
	cmd.Stderr = &said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	stop = func() { cancel(); _ = cmd.Wait() }
	runs := make(chan bool, 1)
	go func() {
		reader := bufio.NewReader(out)
		line, _ := reader.ReadString('\n')
		runs <- strings.HasPrefix(line, "running")
		_, _ = io.Copy(io.Discard, reader)
	}()
	select {
	case yes := <-runs:
		if yes {
			return stop, nil
		}
	case <-time.After(time.Minute):
	}
	stop()
	return nil, fmt.Errorf("cert-manager does not run: %s", said.String())
}

// managersKinds has the API server know the kinds of cert-manager.
func (b *Box) managersKinds(ctx context.Context, definitions string) error {
	if _, err := b.Kubectl(ctx, "apply", "--server-side", "-f", definitions); err != nil {
		return err
	}
	// kubectl wait gives up at once on a definition to which the API server has written no status yet.
	return Eventually(ctx, time.Minute, func() error {
		_, err := b.Kubectl(ctx, "wait", "--for=condition=Established", "--timeout=1m", "crd/issuers.cert-manager.io", "crd/certificates.cert-manager.io")
		return err
	})
}
