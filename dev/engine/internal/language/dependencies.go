package language

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// GetRequiredPackages names the provider plugins of the SDKs in go.mod, so that the engine loads
// exactly those versions. A program whose module cannot be read needs none as far as we can tell:
// the build reports what is wrong with it.
func (h *Host) GetRequiredPackages(
	_ context.Context, req *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	response := &pulumirpc.GetRequiredPackagesResponse{}
	file, folder, err := readModule(req.GetInfo().GetProgramDirectory())
	if err != nil {
		return response, nil
	}
	manifests, err := requiredPlugins(file, folder)
	if err != nil {
		return nil, fmt.Errorf("provider plugins of the program: %w", err)
	}
	for _, m := range manifests {
		response.Packages = append(response.Packages, &pulumirpc.PackageDependency{
			Name: m.Name, Kind: "resource", Version: withV(m.Version), Server: m.Server,
		})
	}
	return response, nil
}

func withV(version string) string { return "v" + strings.TrimPrefix(version, "v") }

// GetRequiredPlugins is the older form of GetRequiredPackages, for engines that still ask it.
func (h *Host) GetRequiredPlugins(
	ctx context.Context, req *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	packages, err := h.GetRequiredPackages(ctx, &pulumirpc.GetRequiredPackagesRequest{Info: req.GetInfo()})
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetRequiredPluginsResponse{}
	for _, p := range packages.GetPackages() {
		response.Plugins = append(response.Plugins, &pulumirpc.PluginDependency{
			Name: p.GetName(), Kind: p.GetKind(), Version: p.GetVersion(), Server: p.GetServer(),
		})
	}
	return response, nil
}

// GetProgramDependencies lists go.mod's requirements, the indirect ones only if asked. A module
// replaced by a folder has no version.
func (h *Host) GetProgramDependencies(
	_ context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	file, _, err := readModule(req.GetInfo().GetProgramDirectory())
	if err != nil {
		return nil, err
	}
	replaced := map[string]bool{}
	for _, r := range file.Replace {
		replaced[r.Old.Path] = true
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, r := range file.Require {
		if r.Indirect && !req.GetTransitiveDependencies() {
			continue
		}
		version := r.Mod.Version
		if replaced[r.Mod.Path] {
			version = ""
		}
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: r.Mod.Path, Version: version})
	}
	return response, nil
}

// InstallDependencies downloads the program's modules and shows them as they come.
func (h *Host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest,
	server grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.GetIsTerminal())
	if err != nil {
		return fmt.Errorf("output of the installation: %w", err)
	}
	say := func(line string) { _, _ = fmt.Fprintln(stdout, line) }

	say("Downloading the program's Go modules ...")
	cmd := exec.CommandContext(server.Context(), "go", "mod", "download", "-x")
	cmd.Dir = req.GetInfo().GetProgramDirectory()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		return errors.Join(fmt.Errorf("go mod download: %w", err), closer.Close())
	}
	say("The program's Go modules are there.")
	return closer.Close()
}
