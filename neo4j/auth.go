package neo4j

import (
	"fmt"
	"strings"
	"unicode"
)

// CheckAuth says what is wrong with the value of AuthKey in a Secret of the user's own, empty for nothing: what the images' entry points
// do with it and what a person would read must be the same. They take all behind the first "/" for the password and hand it to the
// admin command by the shell, and the server keeps what it got, a line break at its end included (seen in the entry points of 3.5 to 2026).
func CheckAuth(value string, present bool) string {
	if !present {
		return "it has no key " + AuthKey
	}
	user, password, cut := strings.Cut(value, "/")
	switch {
	case value == "none":
		return "its value none switches authentication off, which this program does not run"
	case !cut:
		return "its value is not neo4j/ and the password"
	case user != "neo4j":
		return fmt.Sprintf("its user is %q, and the images take a first password for neo4j only", user)
	}
	if problems := CheckPassword(password); len(problems) > 0 {
		return "its password " + problems[0].Reason
	}
	return ""
}

// PasswordProblem is what is wrong with a password, and the mend.
type PasswordProblem struct{ Reason, Mend string }

// CheckPassword refuses what the image's entrypoint would choke on, each of it seen in the official images: a short password
// is refused by the admin command, "neo4j" is the default that must change, "/" ends the password in NEO4J_AUTH, and a leading
// "-" reads as an option.
func CheckPassword(password string) []PasswordProblem {
	var problems []PasswordProblem
	refuse := func(reason, mend string) { problems = append(problems, PasswordProblem{reason, mend}) }
	if strings.TrimRight(password, "\r\n") != password {
		refuse("ends in a line break, which the server would keep as part of it", "write it without one (printf in place of echo)")
		return problems
	}
	if n := len([]rune(password)); n < 8 {
		refuse(fmt.Sprintf("has %d characters, under 8", n), "use 8 or more")
	}
	if strings.EqualFold(password, "neo4j") {
		refuse("is the default that Neo4j refuses", "use another")
	}
	if strings.Contains(password, "/") {
		refuse("has a '/', which ends the password in NEO4J_AUTH", "use other characters")
	}
	if strings.HasPrefix(password, "-") {
		refuse("begins with '-', which the admin command takes for an option", "begin with a letter or a digit")
	}
	if strings.ContainsFunc(password, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`"'\$`+"`", r)
	}) {
		refuse("has white space, a quote, a backslash, a dollar sign or a control character, which the image's shell would read", "use letters, digits and -_.,:;+*#=@%")
	}
	return problems
}
