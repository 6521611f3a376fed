package scripted

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPackStreamThereAndBack(t *testing.T) {
	list := make([]any, 300)
	for i := range list {
		list[i] = int64(i)
	}
	for _, value := range []any{
		nil, true, false, 1.5, math.Inf(-1), "", "ä€𝄞", strings.Repeat("x", 15), strings.Repeat("x", 16), strings.Repeat("x", 300), strings.Repeat("x", 70000),
		[]byte{}, []byte{1, 2}, make([]byte, 300), []any{}, list, map[string]any{}, map[string]any{"a": []any{nil, "b"}},
		Structure{0x70, []any{map[string]any{"k": int64(1)}}},
	} {
		encoded, err := Encode(nil, value)
		require.NoError(t, err)
		decoded, rest, err := Decode(encoded)
		require.NoError(t, err)
		assert.Empty(t, rest)
		assert.Equal(t, value, decoded)
	}
	for _, n := range []int64{0, 1, 127, 128, -16, -17, -128, -129, 255, 32767, 32768, -32769, math.MaxInt32, math.MaxInt32 + 1, math.MinInt64, math.MaxInt64} {
		encoded, err := Encode(nil, n)
		require.NoError(t, err)
		decoded, _, err := Decode(encoded)
		require.NoError(t, err)
		assert.Equal(t, n, decoded)
	}
	_, err := Encode(nil, struct{}{})
	assert.EqualError(t, err, "PackStream of a struct {}")
}

// FuzzDecode: no message, however broken, takes the server down, and what can be read can be written.
func FuzzDecode(f *testing.F) {
	for _, seed := range [][]byte{{0xC0}, {0xD0, 3, 'a', 'b'}, {0xDA, 0xFF, 0xFF, 0xFF, 0xFF}, {0xB1, 0x70, 0xA0}, {0x91, 0x91, 0x91}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		value, _, err := Decode(message)
		if err != nil {
			return
		}
		if s, ok := value.(Structure); ok && len(s.Fields) > 15 {
			return
		}
		_, err = Encode(nil, value)
		assert.NoError(t, err)
	})
}
