package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A block is everybody by its width, however it is written; private networks are not.
func TestServesEverybody(t *testing.T) {
	for _, block := range []string{"0.0.0.0/0", "1.2.3.4/0", "0.0.0.0/1", "128.0.0.0/1", "12.0.0.0/7", "::/0", "::0/0", "2000::/3", "2600::/15", "8000::/1", "fc00::/6",
		"::ffff:0.0.0.0/96", "::ffff:10.0.0.0/103"} {
		assert.True(t, ServesEverybody(block), block)
	}
	for _, block := range []string{"10.0.0.0/8", "17.0.0.0/8", "203.0.113.7/32", "172.16.0.0/12", "2600::/16", "2001:db8::/32", "fc00::/7", "fd00::/8", "fd12::/16",
		"::ffff:10.0.0.0/104", "", "everybody", "10.0.0.0", "0.0.0.0/33"} {
		assert.False(t, ServesEverybody(block), block)
	}
}
