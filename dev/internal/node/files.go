package node

import (
	"bytes"
	"embed"
	"os"
	"path"
	"text/template"
)

//go:embed files/*
var files embed.FS

// writeFiles writes the components' configuration files, made from the templates beside this source.
func (s Spec) writeFiles() error {
	targets := map[string]string{"10-box.conflist": "/etc/cni/net.d/10-box.conflist"}
	entries, err := files.ReadDir("files")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		text, err := s.render(entry.Name())
		if err != nil {
			return err
		}
		target := targets[entry.Name()]
		if target == "" {
			target = s.file(entry.Name())
		}
		if err := os.WriteFile(target, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s Spec) render(name string) ([]byte, error) {
	text, err := files.ReadFile(path.Join("files", name))
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]string{
		"PKI": s.box().Path("pki"), "Name": s.name(), "Address": Address(s.Number), "DNS": Address(1), "PodSubnet": podSubnet(s.Number),
		"PodCIDR": PodCIDR, "CgroupRoot": "/" + s.Box + "/" + s.name(), "Sandbox": PauseImage,
	})
	return out.Bytes(), err
}

// PauseImage is the image of pods' sandboxes, imported with the others.
const PauseImage = "box.local/pause:1"
