package neo4j

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"path"
	"slices"
	"strings"
	"time"
)

// Encryption is what the members serve encrypted to clients, and what is expected of the certificates there.
type Encryption struct {
	Ports []EncryptedPort `json:"ports"`
	// Names are those that every certificate for clients bears beside its member's own Host: of the Service that leads to any member, and by
	// which members are dialled from outside.
	Names []string `json:"names,omitempty"`
	// Reloads says that the members read their certificates anew when they are told to (Reload); the others read them when they start.
	Reloads bool `json:"reloads,omitempty"`
}

// EncryptedPort is a port with a certificate.
type EncryptedPort struct {
	Scope Scope `json:"scope"`
	Port  int   `json:"port"`
	// Names are further ones that the certificate bears: those for which it is issued to the stack.
	Names []string `json:"names,omitempty"`
	// Secret is the name of the Kubernetes Secret that the certificate comes from, and Key the key of its PEM there; empty where that is not
	// known. The certificates of the authorities that sign it are at AuthorityKey, if anywhere.
	Secret string `json:"secret,omitempty"`
	Key    string `json:"key,omitempty"`
	// ClientAuth says that the member takes none who shows no certificate: the check shows that of the port's Secret.
	ClientAuth bool `json:"clientAuth,omitempty"`
}

// AuthorityKey is the key of a Secret of type kubernetes.io/tls where cert-manager, and many after it, keep the authority's certificate.
const AuthorityKey = "ca.crt"

// ErrNoCertificate is a text that holds no certificate in PEM.
var ErrNoCertificate = errors.New("holds no certificate in PEM")

// ParseCertificate reads the first certificate of a text in PEM (RFC 7468): ErrNoCertificate where it begins with none, else crypto/x509's error.
func ParseCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, ErrNoCertificate
	}
	return x509.ParseCertificate(block.Bytes)
}

// Day is when a certificate begins or ends, as people are told it: to the minute, in UTC.
func Day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

// ParseChain reads all certificates of a text in PEM, the leaf first: errors as of ParseCertificate, and blocks of other kinds are passed over.
func ParseChain(text []byte) ([]*x509.Certificate, error) {
	leaf, err := ParseCertificate(text)
	if err != nil {
		return nil, err
	}
	chain := []*x509.Certificate{leaf}
	_, rest := pem.Decode(text)
	for {
		var block *pem.Block
		switch block, rest = pem.Decode(rest); {
		case block == nil:
			return chain, nil
		case block.Type != "CERTIFICATE":
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, one)
	}
}

// EncryptedFile is a port that a policy encrypts, and the file with its certificate.
type EncryptedFile struct {
	Scope Scope
	File  string
	Port  int
}

// certificatesFolder is where policies look by default, relative to the server's home.
const certificatesFolder = "certificates"

// CertificatesPath is what the images take in its place.
const CertificatesPath = "/ssl"

// EncryptedFiles are the ports that the stack encrypts: for clients by its key tls or by settings of its own, for members and backups by the key
// alone. A policy has a name of its own up to 3.5, by which a connector chooses it, and is its connector's from 4.0 on. 3.1 knows no policies.
func (s Spec) EncryptedFiles(f Family) []EncryptedFile {
	settings := s.settings(f)
	is := func(value string, names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(settings[name]), value) })
	}
	var files []EncryptedFile
	add := func(scope Scope, policy string, port int) {
		files = append(files, EncryptedFile{Scope: scope, File: certificateFile(settings, policy), Port: port})
	}
	if s.TLS[ClusterScope].Demand != "" {
		add(ClusterScope, string(ClusterScope), f.Ports.Transaction)
	}
	if s.TLS[BackupScope].Demand != "" {
		add(BackupScope, string(BackupScope), f.Ports.Backup)
	}
	if f.TLS == nil {
		if policy := settings[policyChoosers[BoltScope]]; policy != "" && !is(string(TLSDisabled), boltLevels...) {
			add(BoltScope, policy, f.Ports.Bolt)
		}
		if policy := settings[policyChoosers[HTTPSScope]]; policy != "" && is("true", httpsSwitches...) {
			add(HTTPSScope, policy, f.Ports.HTTPS)
		}
		return files
	}
	if is("true", "dbms.ssl.policy.bolt.enabled") && s.BoltTLS() != TLSDisabled {
		add(BoltScope, string(BoltScope), f.Ports.Bolt)
	}
	if is("true", "dbms.ssl.policy.https.enabled") && is("true", httpsSwitches...) {
		add(HTTPSScope, string(HTTPSScope), f.Ports.HTTPS)
	}
	return files
}

// certificateFile is the file with a policy's certificate (operations manuals 3.5 to 2026.08, "SSL framework": the folder is
// certificates/<policy>, the file public.crt).
func certificateFile(settings map[string]string, policy string) string {
	prefix := "dbms.ssl.policy." + policy + "."
	file := cmp.Or(settings[prefix+"public_certificate"], PublicCert)
	if !path.IsAbs(file) {
		file = path.Join(cmp.Or(settings[prefix+"base_directory"], path.Join(certificatesFolder, policy)), file)
	}
	if rest, ok := strings.CutPrefix(file, certificatesFolder+"/"); ok {
		return path.Join(CertificatesPath, rest)
	}
	return file
}

// reloadsFrom is the first release whose members read certificates anew while they run (operations manual 2025.03, "SSL framework",
// "Certificate rotation"; the page of 5.26 does not know it).
var reloadsFrom = MustRelease("2025.03.0")

// reloadSetting is what a member must have been started with for that.
const reloadSetting = "dbms.security.tls_reload_enabled"

// Reload is the statement that has one member read its certificates anew: it alone, and for new connections.
const Reload = "CALL dbms.security.reloadTLS()"

// ReloadsTLS says whether the members can be told to read their certificates anew. Community knows neither the setting nor the procedure
// ("Unrecognized setting", "There is no procedure with the name", seen on 2026.08.1).
func (s Spec) ReloadsTLS() bool {
	if s.Edition != Enterprise || !s.AtLeast(reloadsFrom) {
		return false
	}
	return len(s.TLS) > 0 || strings.EqualFold(strings.TrimSpace(s.Settings[reloadSetting]), "true")
}
