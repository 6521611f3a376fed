package reach

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
)

// Login is whom questions are asked as, and how.
type Login struct {
	// User is empty for neo4j. docs/check-user.md says which rights a user of the check's own needs.
	User, Password string
	// TLS has Bolt spoken encrypted. Nobody's signature is asked for: the way to a member is a port-forward, which ends in the very pod and
	// under a name that no certificate has, 127.0.0.1.
	TLS bool
	// Certificate is shown to members that want one of their clients; nil for none.
	Certificate *tls.Certificate
}

// named is the login with its user's name.
func (l Login) named() Login {
	if l.User == "" {
		l.User = administrator
	}
	return l
}

func (l Login) scheme() string {
	if l.TLS {
		return "bolt+ssc://"
	}
	return "bolt://"
}

// administrator is the user that every Neo4j begins with.
const administrator = "neo4j"

// loginOf reads the value of the key NEO4J_AUTH, "user/password".
func loginOf(value string) (Login, error) {
	user, password, ok := strings.Cut(value, "/")
	if !ok || user == "" || password == "" {
		return Login{}, errors.New("must be <user>/<password>")
	}
	return Login{User: user, Password: password}, nil
}

// ErrPassword is a refused password: waiting does not mend it, and every further try counts against the server's rate limit.
var ErrPassword = errors.New("the server refuses the password of the Secret: Neo4j takes a first password on an empty volume only, " +
	"so a Secret that changed later does not fit; put the old password back, or change the database's by ALTER CURRENT USER or dbms.security.changePassword")

// ErrRights is a right that the user lacks: waiting does not mend it.
var ErrRights = errors.New("it may not ask that; docs/check-user.md lists the rights that a check needs")

// refusal is ErrPassword or ErrRights of a user.
type refusal struct {
	is   error
	text string
}

func (r refusal) Error() string { return r.text }

func (r refusal) Is(target error) bool { return target == r.is }

// codeError is a failure that the server answered with to a user's question.
func codeError(user, code, message string) error {
	switch {
	case strings.HasPrefix(code, "Neo.ClientError.Security.Unauthorized"), strings.HasPrefix(code, "Neo.ClientError.Security.AuthenticationRateLimit"):
		if user == administrator {
			return ErrPassword
		}
		return refusal{ErrPassword, fmt.Sprintf("the server refuses user %s with the password of its Secret: there is no such user, it has another password, or it is suspended", user)}
	case code == "Neo.ClientError.Security.Forbidden" && user != administrator:
		return refusal{ErrRights, fmt.Sprintf("user %s: %s: %s", user, message, ErrRights)}
	}
	return &ServerError{code, message}
}

// Lasting says whether waiting does not mend an error: ErrPassword and ErrRights.
func Lasting(err error) bool { return errors.Is(err, ErrPassword) || errors.Is(err, ErrRights) }
