package plan

import (
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/neo4j"
)

// Encryption is what members serve encrypted, with the Secrets that the certificates come from; nil where all is in clear.
func (p Plan) Encryption() *neo4j.Encryption {
	f, err := neo4j.FamilyOf(p.Release)
	if err != nil {
		return nil
	}
	files := p.EncryptedFiles(f)
	if len(files) == 0 {
		return nil
	}
	e := &neo4j.Encryption{Names: append([]string{p.inNamespace(p.ClientService())}, p.outsideHosts()...), Reloads: p.ReloadsTLS()}
	for _, file := range files {
		port := neo4j.EncryptedPort{Scope: file.Scope, Port: file.Port}
		if scope := file.Scope; p.TLS[scope].Demand != "" {
			port.Secret, port.Key, port.ClientAuth = p.TLSSecret(scope), corev1.TLSCertKey, p.TLS[scope].ClientAuth == neo4j.AuthRequire
			if scope.Clients() && port.Secret == p.IssuedSecret() && p.Certificates.Source != FromSecret {
				port.Names = p.Certificates.Names
			}
		} else {
			port.Secret, port.Key = p.secretOf(file.File)
		}
		e.Ports = append(e.Ports, port)
	}
	return e
}

// secretOf is the Secret whose volume has a file, and the file's key in it; empty where the stack mounts none there.
func (p Plan) secretOf(file string) (secret, key string) {
	for _, v := range p.Volumes {
		rest, below := strings.CutPrefix(file, v.MountPath+"/")
		if v.Secret != "" && below && path.Base(rest) == rest {
			return v.Secret, rest
		}
	}
	return "", ""
}
