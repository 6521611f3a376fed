package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
)

// Source says where certificates come from.
type Source string

// The sources. FromManager is cert-manager, which writes and renews a Secret by the Certificate that the program declares; SelfSigned is an
// authority of the program's own, for machines where nobody else's is to be had.
const (
	FromSecret  Source = "secret"
	FromManager Source = "certManager"
	SelfSigned  Source = "selfSigned"
)

// Certificates say where the members' certificates come from.
type Certificates struct {
	// Source is empty where nothing is encrypted.
	Source Source
	// Secret is the name of one of type kubernetes.io/tls, for FromSecret. Secrets are those of single scopes, whatever the source.
	Secret  string
	Secrets map[neo4j.Scope]string
	// Issuer is cert-manager's, for FromManager.
	Issuer Issuer
	// Names are further DNS names that the certificate bears.
	Names []string
	// Days are how long a certificate is valid, RenewDays how long before its end it is renewed.
	Days, RenewDays int
}

// Issuer is an object of cert-manager, or of an issuer outside it.
type Issuer struct{ Name, Kind, Group string }

// NoCertificatesVolume is the name of the empty volume beside those with certificates.
const NoCertificatesVolume = "tls-none"

// TLSVolumeOf is the name of a scope's volume, "tls-bolt".
func TLSVolumeOf(scope neo4j.Scope) string { return "tls-" + string(scope) }

// TLSSecret is the name of the Secret with a scope's certificate.
func (p Plan) TLSSecret(scope neo4j.Scope) string {
	if own := p.Certificates.Secrets[scope]; own != "" {
		return own
	}
	if p.Certificates.Source == FromSecret {
		return p.Certificates.Secret
	}
	return p.IssuedSecret()
}

// IssuedSecret is the name of the Secret that cert-manager, whose Certificate has the same, or the program writes. They are two: each leaves the
// other's alone, and a stack that goes from one to the other has its members replaced for it.
func (p Plan) IssuedSecret() string {
	if p.Certificates.Source == FromManager {
		return p.Name + "-certificate"
	}
	return p.Name + "-tls"
}

// AuthorityName is the name of the Secret with the authority of SelfSigned.
func (p Plan) AuthorityName() string { return p.Name + "-authority" }

// Issues says whether a certificate is made by the source for any scope.
func (p Plan) Issues(source Source) bool {
	if p.Certificates.Source != source {
		return false
	}
	return slices.ContainsFunc(neo4j.Scopes, func(scope neo4j.Scope) bool {
		return p.TLS[scope].Demand != "" && p.TLSSecret(scope) == p.IssuedSecret()
	})
}

// CertificateNames are the DNS names that a certificate of the members bears: a wildcard for theirs, so that growing issues none anew, those of
// the client Service, those by which members are dialled from outside, and the stack's own. localhost is for port-forwards.
func (p Plan) CertificateNames() []string {
	client := p.ClientService() + "." + p.Namespace
	names := append([]string{
		p.Host("*"), p.inNamespace(p.ClientService()), client + ".svc", client, p.ClientService(), "localhost",
	}, slices.Concat(p.Certificates.Names, p.outsideNames())...)
	if p.Expose.HTTPInside {
		names = append(names, p.inNamespace(p.HTTPService()))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Day is a day of certificates' lives.
const Day = 24 * time.Hour

// Validity is from when to when a certificate of SelfSigned is valid that is made at a time: the same for all times between two renewals, so
// that an update which comes before the next one changes nothing. It begins an hour before it is made, for clocks that go wrong.
func (c Certificates) Validity(now time.Time) (from, until time.Time) {
	every := time.Duration(c.Days-c.RenewDays) * Day
	began := now.UTC().Truncate(every)
	return began.Add(-time.Hour), began.Add(time.Duration(c.Days) * Day)
}

// scheme is how drivers are told that Bolt is encrypted: +ssc where nobody else knows the authority.
func (c Certificates) scheme() string {
	if c.Source == SelfSigned {
		return "+ssc"
	}
	return "+s"
}

var tlsFacts = []Fact{
	{"tls.bolt", ByReplacement, func(p Plan) string { return p.demanded(neo4j.BoltScope) }},
	{"tls.https", ByReplacement, func(p Plan) string { return p.demanded(neo4j.HTTPSScope) }},
	{"tls.cluster", ByReplacement, func(p Plan) string { return p.demanded(neo4j.ClusterScope) }},
	{"tls.backup", ByReplacement, func(p Plan) string { return p.demanded(neo4j.BackupScope) }},
	{"tls.source", InPlace, func(p Plan) string { return p.Certificates.text() }},
	{"tls.names", InPlace, func(p Plan) string { return each(p.Certificates.Names, itself) }},
}

// bySecret stands before the name of a scope's Secret, ownText for the source where the Secrets are the stack's own.
const (
	bySecret = ", by Secret "
	ownText  = "Secrets of the stack's own"
)

// demanded is how a scope is encrypted, whether by the key tls or by the stack's own settings.
func (p Plan) demanded(scope neo4j.Scope) string {
	e, ok := p.TLS[scope]
	if !ok {
		if e.Demand = p.bySettings(scope); e.Demand == "" || e.Demand == neo4j.TLSDisabled {
			return none
		}
		return strings.ToLower(string(e.Demand)) + ", by settings"
	}
	text := strings.ToLower(string(e.Demand)) + bySecret + p.TLSSecret(scope)
	if e.ClientAuth != neo4j.AuthNone {
		text += ", client certificates " + strings.ToLower(e.ClientAuth)
	}
	return text
}

func (p Plan) bySettings(scope neo4j.Scope) neo4j.Demand {
	f, err := neo4j.FamilyOf(p.Release)
	if err != nil {
		return ""
	}
	for _, file := range p.EncryptedFiles(f) {
		switch {
		case file.Scope != scope:
		case scope == neo4j.BoltScope && p.BoltTLS() != neo4j.TLSDisabled:
			return p.BoltTLS()
		default:
			return neo4j.TLSOptional
		}
	}
	return ""
}

func (c Certificates) text() string {
	life := fmt.Sprintf("%d days"+renewing+"%d before their end", c.Days, c.RenewDays)
	switch c.Source {
	case "":
		return none
	case FromManager:
		return fmt.Sprintf(managers+"%s %s, %s", c.Issuer.Kind, c.Issuer.Name, life)
	case SelfSigned:
		return "an authority of the program's own, " + life
	}
	return ownText
}
