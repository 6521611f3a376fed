package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// renderAndRecord writes the object as a YAML file instead of sending it to a cluster. Its state is then
// what was asked for.
func (p *Provider) renderAndRecord(
	ctx context.Context, urn string, inputs *unstructured.Unstructured, secrets resource.PropertyMap, manager string,
) (*structpb.Struct, error) {
	path := renderPath(p.settings.renderDir, inputs)
	if secrets.ContainsSecrets() {
		p.log.Warn(ctx, urn, fmt.Sprintf("rendered file %s contains a secret value in plaintext", path))
	}
	if err := render(path, inputs.Object); err != nil {
		return nil, err
	}
	p.log.Status(ctx, urn, "rendered "+path)
	return checkpoint{
		inputs: inputs.Object, live: cloneObject(inputs.Object),
		apiVersion: inputs.GetAPIVersion(), fieldManager: manager,
	}.message(secrets)
}

// render writes for the owner's eyes only: the object may be a Secret.
func render(path string, o object) error {
	text, err := yaml.Marshal(o)
	if err != nil {
		return fmt.Errorf("rendered YAML: %w", err)
	}
	// Both folders exist after any rendering, so that `kubectl apply -f 0-crd` needs no test before it.
	for _, dir := range []string{crdDir, manifestDir} {
		if err := os.MkdirAll(filepath.Join(filepath.Dir(filepath.Dir(path)), dir), 0o700); err != nil {
			return fmt.Errorf("folder of rendered YAML: %w", err)
		}
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return fmt.Errorf("rendered YAML: %w", err)
	}
	return nil
}

func (p *Provider) unrender(ctx context.Context, urn string, o *unstructured.Unstructured) error {
	path := renderPath(p.settings.renderDir, o)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("rendered YAML: %w", err)
	}
	p.log.Status(ctx, urn, "deleted "+path)
	return nil
}

// Definitions of kinds are applied before objects of those kinds; the folders' names sort that way.
const (
	crdDir      = "0-crd"
	manifestDir = "1-manifest"
)

// renderPath is the official provider's: <api version>-<kind>-<namespace>-<name>.yaml.
func renderPath(dir string, o *unstructured.Unstructured) string {
	folder := manifestDir
	if o.GetKind() == "CustomResourceDefinition" && strings.HasPrefix(o.GetAPIVersion(), "apiextensions.k8s.io/") {
		folder = crdDir
	}
	namespace := o.GetNamespace()
	if namespace == "" {
		namespace = defaultNamespace
	}
	version := strings.NewReplacer("/", "_", ":", "_").Replace(o.GetAPIVersion())
	name := fmt.Sprintf("%s-%s-%s-%s.yaml", version, strings.ToLower(o.GetKind()), namespace, o.GetName())
	return filepath.Join(dir, folder, name)
}
