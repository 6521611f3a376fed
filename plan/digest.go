package plan

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is a short name of a text, ten hexadecimal digits: what has another content has another name.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:10]
}
