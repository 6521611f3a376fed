package provider

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// settings are the provider resource's arguments, under the official provider's names.
type settings struct {
	kubeconfig, context, clusterName, namespace string

	renderDir             string
	alwaysRender          bool
	serverSideApply       bool
	patchForce            bool
	upsert                bool
	configMapMutable      bool
	secretMutable         bool
	deleteUnreachable     bool
	skipUpdateUnreachable bool
}

// setting is one boolean setting: its name, the environment variable that stands in for it where the
// name is not set, and what it is where neither is.
type setting struct {
	name, env string
	fallback  bool
	to        *bool
}

// switches are the boolean settings of s.
func (s *settings) switches() []setting {
	return []setting{
		{"alwaysRender", "", false, &s.alwaysRender},
		{"enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true, &s.serverSideApply},
		{"enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false, &s.patchForce},
		{"upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false, &s.upsert},
		{"enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false, &s.configMapMutable},
		{"enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false, &s.secretMutable},
		{"deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false, &s.deleteUnreachable},
		{"skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false, &s.skipUpdateUnreachable},
	}
}

// ignored settings are accepted and change nothing here: warnings this provider does not give, charts
// it does not have, and clusterIdentifier, which DiffConfig reads from the raw inputs.
var ignored = []string{
	"clusterIdentifier", "helmReleaseSettings", "kubeClientSettings", "strictMode",
	"suppressDeprecationWarnings", "suppressHelmHookWarnings",
}

// engineKeys are put beside the settings by the engine itself.
var engineKeys = []string{"version", "pluginDownloadURL", "pluginChecksums", "parameterization"}

// parseSettings reads the variables of a Configure call, "kubernetes:config:<name>" to text.
func parseSettings(variables map[string]string) (settings, error) {
	value := func(name string) string { return variables["kubernetes:config:"+name] }
	s := settings{
		kubeconfig:  value("kubeconfig"),
		context:     value("context"),
		clusterName: value("cluster"),
		namespace:   value("namespace"),
		renderDir:   value("renderYamlToDirectory"),
	}
	for _, sw := range s.switches() {
		text := value(sw.name)
		if text == "" && sw.env != "" {
			text = os.Getenv(sw.env)
		}
		switch strings.ToLower(text) {
		case "":
			*sw.to = sw.fallback
		case "true", "1":
			*sw.to = true
		case "false", "0":
			*sw.to = false
		default:
			return settings{}, fmt.Errorf("kubernetes provider: %s: %q is neither true nor false", sw.name, text)
		}
	}
	return s, nil
}

// knownSetting is true for every key that may stand in a provider's inputs.
func knownSetting(key resource.PropertyKey) bool {
	name := string(key)
	if strings.HasPrefix(name, "__") || slices.Contains(engineKeys, name) || slices.Contains(ignored, name) {
		return true
	}
	switch name {
	case "kubeconfig", "context", "cluster", "namespace", "renderYamlToDirectory":
		return true
	}
	return slices.ContainsFunc((&settings{}).switches(), func(sw setting) bool { return sw.name == name })
}
