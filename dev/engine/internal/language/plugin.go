package language

import (
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin builds a plugin that is written in Go, a policy pack, and runs it until it ends or the engine hangs up. What it prints goes
// to the engine as it comes: the first line is the port that it serves at.
func (h *Host) RunPlugin(req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer) error {
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return fmt.Errorf("output of the plugin: %w", err)
	}
	return errors.Join(h.runPlugin(req, server, stdout, stderr), closer.Close())
}

func (h *Host) runPlugin(req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer, stdout, stderr io.Writer) error {
	opts, err := parseOptions(req.GetInfo().GetOptions().AsMap())
	if err != nil {
		return err
	}
	ctx, stop := h.either(server.Context())
	defer stop()
	dir := req.GetInfo().GetProgramDirectory()
	path, done, err := executable(ctx, opts, dir, req.GetAttachDebugger(), func(string) {})
	defer done()
	if err != nil {
		return err
	}
	code := 0
	err = runProgram(ctx, program{path: path, dir: req.GetPwd(), args: req.GetArgs(), env: req.GetEnv(), stdout: stdout, stderr: stderr})
	var exit exitStatus
	switch {
	case errors.As(err, &exit):
		code = int(exit)
	case ctx.Err() != nil:
		return nil // the engine is done with it
	case err != nil:
		return err
	}
	return server.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}})
}
