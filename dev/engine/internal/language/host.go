// Package language runs a Pulumi program written in Go for the engine: it builds the program or takes
// a prebuilt one, starts it with the engine's addresses, and tells how it ended.
package language

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"neo4j-kubernetes/dev/engine/internal/enginelog"
)

// Host serves pulumirpc.LanguageRuntime for programs written in Go.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	version string
	// ctx ends the running program: when the engine cancels, or when the host itself is to end.
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	engine string
	log    *enginelog.Log
}

// NewHost returns a host of the given version. engine is the engine's address, host:port; it may be
// empty where the engine tells it by Handshake.
func NewHost(ctx context.Context, version, engine string) (*Host, error) {
	log, err := enginelog.Dial(engine)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	return &Host{version: version, ctx: ctx, cancel: cancel, engine: engine, log: log}, nil
}

// Handshake takes the engine's address.
func (h *Host) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	if req.GetEngineAddress() == "" {
		return nil, status.Error(codes.InvalidArgument, "handshake: the engine's address is missing")
	}
	log, err := enginelog.Dial(req.GetEngineAddress())
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.engine, h.log = req.GetEngineAddress(), log
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *Host) connection() (string, *enginelog.Log) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.engine, h.log
}

// Cancel interrupts the running program, once.
func (h *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

// GetPluginInfo answers with the host's version.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: h.version}, nil
}

// RuntimeOptionsPrompts has nothing to ask.
func (h *Host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// About names the Go toolchain that would build a program.
func (h *Host) About(ctx context.Context, _ *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	gobin, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("go toolchain: %w", err)
	}
	out, err := exec.CommandContext(ctx, gobin, "version").Output()
	if err != nil {
		return nil, fmt.Errorf("go version: %w", withStderr(err))
	}
	return &pulumirpc.AboutResponse{Executable: gobin, Version: strings.TrimSpace(string(out))}, nil
}

// withStderr adds what a command wrote to standard error, where Go kept it.
func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}
