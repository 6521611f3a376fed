package neo4j

import "regexp"

// NotShown stands where a secret would.
const NotShown = "[not shown]"

// secretNames are how names end whose values are nobody else's: the password of a key, a client's secret, and the images' variable with both
// name and password.
const secretNames = `((password|secret|credential|token)s?|neo4j_auth)`

var (
	secretName = regexp.MustCompile(`(?i)` + secretNames + `$`)
	secretFlag = regexp.MustCompile(`(?is)` + secretNames + `=(.+)`)
)

// SecretName says whether the value of what is named so is a secret, as far as a name tells.
func SecretName(name string) bool { return secretName.MatchString(name) }

// HideFlag is a flag, name=value, without its value where that is a secret by its name, and that value. Behind it nothing is shown: where a
// secret ends nobody knows.
func HideFlag(flag string) (shown, secret string) {
	at := secretFlag.FindStringSubmatchIndex(flag)
	if at == nil {
		return flag, ""
	}
	from := at[len(at)-2]
	return flag[:from] + NotShown, flag[from:]
}
