package language

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// heard is the engine's end of a plugin's run.
type heard struct {
	grpc.ServerStream
	ctx      context.Context
	out, err string
	code     *int32
	first    chan struct{}
}

func (h *heard) Context() context.Context { return h.ctx }

func (h *heard) Send(r *pulumirpc.RunPluginResponse) error {
	if h.out == "" && len(r.GetStdout()) > 0 {
		close(h.first)
	}
	h.out += string(r.GetStdout())
	h.err += string(r.GetStderr())
	if _, ended := r.GetOutput().(*pulumirpc.RunPluginResponse_Exitcode); ended {
		code := r.GetExitcode()
		h.code = &code
	}
	return nil
}

// TestPluginsAreBuiltAndRun: a plugin's output reaches the engine, and so does its end; one that serves ends when the engine hangs up.
func TestPluginsAreBuiltAndRun(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module p\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), `package main

import ("fmt"; "os"; "time")

func main() {
	fmt.Println(len(os.Args), os.Getenv("WORD"))
	fmt.Fprintln(os.Stderr, "to say")
	if len(os.Args) > 2 { time.Sleep(time.Hour) }
	os.Exit(3)
}
`)
	request := &pulumirpc.RunPluginRequest{
		Pwd: dir, Args: []string{"engine"}, Env: append(os.Environ(), "WORD=spoken"), Info: &pulumirpc.ProgramInfo{ProgramDirectory: dir},
	}
	h, err := NewHost(context.Background(), "1", "")
	require.NoError(t, err)
	short := &heard{ctx: context.Background(), first: make(chan struct{})}
	require.NoError(t, h.RunPlugin(request, short))
	assert.Equal(t, "2 spoken\n", short.out)
	assert.Equal(t, "to say\n", short.err)
	require.NotNil(t, short.code)
	assert.EqualValues(t, 3, *short.code)

	ctx, hangUp := context.WithCancel(context.Background())
	defer hangUp()
	request.Args = append(request.Args, "and stays")
	long := &heard{ctx: ctx, first: make(chan struct{})}
	done := make(chan error, 1)
	go func() { done <- h.RunPlugin(request, long) }()
	select {
	case <-long.first:
	case <-time.After(time.Minute):
		t.Fatal("the plugin says nothing")
	}
	hangUp()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("the plugin outlives the engine's call")
	}

	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { undefined() }\n")
	require.ErrorContains(t, h.RunPlugin(request, &heard{ctx: context.Background(), first: make(chan struct{})}), "undefined: undefined")
}
