package scripted

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Structure is a tagged list of fields: every Bolt message is one.
type Structure struct {
	Tag    byte
	Fields []any
}

// Encode appends a value in PackStream version 1 (the Bolt manual, "PackStream"). It knows nil, bool, int, int64, float64, string,
// []byte, []string, []any, map[string]any and Structure; the error names any other type.
func Encode(to []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(to, 0xC0), nil
	case bool:
		if v {
			return append(to, 0xC3), nil
		}
		return append(to, 0xC2), nil
	case int:
		return encodeInteger(to, int64(v)), nil
	case int64:
		return encodeInteger(to, v), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(to, 0xC1), math.Float64bits(v)), nil
	case string:
		return append(encodeSize(to, len(v), 0x80, [3]byte{0xD0, 0xD1, 0xD2}), v...), nil
	case []byte:
		return append(encodeSize(to, len(v), 0, [3]byte{0xCC, 0xCD, 0xCE}), v...), nil
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return Encode(to, list)
	case []any:
		return encodeAll(encodeSize(to, len(v), 0x90, [3]byte{0xD4, 0xD5, 0xD6}), v)
	case map[string]any:
		to = encodeSize(to, len(v), 0xA0, [3]byte{0xD8, 0xD9, 0xDA})
		for key, entry := range v {
			var err error
			if to, err = encodeAll(to, []any{key, entry}); err != nil {
				return nil, err
			}
		}
		return to, nil
	case Structure:
		if len(v.Fields) > 15 {
			return nil, fmt.Errorf("a structure of %d fields", len(v.Fields))
		}
		return encodeAll(append(to, 0xB0|byte(len(v.Fields)), v.Tag), v.Fields) //nolint:gosec // at most 15
	default:
		return nil, fmt.Errorf("PackStream of a %T", value)
	}
}

func encodeAll(to []byte, values []any) (_ []byte, err error) {
	for _, v := range values {
		if to, err = Encode(to, v); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func encodeInteger(to []byte, n int64) []byte {
	switch {
	case n >= -16 && n <= math.MaxInt8:
		return append(to, byte(n))
	case n == int64(int8(n)): //nolint:gosec // the conversion is the question
		return append(to, 0xC8, byte(n))
	case n == int64(int16(n)): //nolint:gosec // the conversion is the question
		return binary.BigEndian.AppendUint16(append(to, 0xC9), uint16(n)) //nolint:gosec // two's complement
	case n == int64(int32(n)): //nolint:gosec // the conversion is the question
		return binary.BigEndian.AppendUint32(append(to, 0xCA), uint32(n)) //nolint:gosec // two's complement
	default:
		return binary.BigEndian.AppendUint64(append(to, 0xCB), uint64(n)) //nolint:gosec // two's complement
	}
}

// encodeSize writes a size: in the marker itself where the kind has a tiny form and it fits, else behind the marker of its width.
func encodeSize(to []byte, n int, tiny byte, wide [3]byte) []byte {
	switch {
	case n < 16 && tiny != 0:
		return append(to, tiny|byte(n))
	case n <= math.MaxUint8:
		return append(to, wide[0], byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, wide[1]), uint16(n))
	default:
		return binary.BigEndian.AppendUint32(append(to, wide[2]), uint32(n)) //nolint:gosec // no message is that long
	}
}

var errShort = errors.New("PackStream: the message ends within a value")

// Decode reads one value and gives what is left: nil, bool, int64, float64, string, []byte, []any, map[string]any or Structure.
func Decode(from []byte) (value any, rest []byte, err error) {
	if len(from) == 0 {
		return nil, nil, errShort
	}
	marker, from := from[0], from[1:]
	switch {
	case marker < 0x80 || marker >= 0xF0:
		return int64(int8(marker)), from, nil //nolint:gosec // two's complement
	case marker < 0x90:
		return decodeText(from, int(marker&0x0F))
	case marker < 0xA0:
		return decodeList(from, int(marker&0x0F))
	case marker < 0xB0:
		return decodeMap(from, int(marker&0x0F))
	case marker < 0xC0:
		return decodeStructure(from, int(marker&0x0F))
	}
	return decodeMarked(marker, from)
}

func decodeMarked(marker byte, from []byte) (value any, rest []byte, err error) {
	switch marker {
	case 0xC0:
		return nil, from, nil
	case 0xC2, 0xC3:
		return marker == 0xC3, from, nil
	}
	width, known := widths[marker]
	if !known {
		return nil, nil, fmt.Errorf("PackStream: %#02x begins no value", marker)
	}
	if len(from) < width {
		return nil, nil, errShort
	}
	var n uint64
	for _, b := range from[:width] {
		n = n<<8 | uint64(b)
	}
	from = from[width:]
	switch marker {
	case 0xC1:
		return math.Float64frombits(n), from, nil
	case 0xC8:
		return int64(int8(n)), from, nil //nolint:gosec // two's complement
	case 0xC9:
		return int64(int16(n)), from, nil //nolint:gosec // two's complement
	case 0xCA:
		return int64(int32(n)), from, nil //nolint:gosec // two's complement
	case 0xCB:
		return int64(n), from, nil //nolint:gosec // two's complement
	}
	if n > uint64(len(from)) {
		return nil, nil, errShort // every element takes a byte at least
	}
	size := int(n) //nolint:gosec // at most the message's length
	switch marker {
	case 0xCC, 0xCD, 0xCE:
		return append([]byte{}, from[:size]...), from[size:], nil
	case 0xD0, 0xD1, 0xD2:
		return decodeText(from, size)
	case 0xD4, 0xD5, 0xD6:
		return decodeList(from, size)
	default:
		return decodeMap(from, size)
	}
}

// widths are how many bytes of number or size follow a marker.
var widths = map[byte]int{
	0xC1: 8, 0xC8: 1, 0xC9: 2, 0xCA: 4, 0xCB: 8,
	0xCC: 1, 0xCD: 2, 0xCE: 4, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD8: 1, 0xD9: 2, 0xDA: 4,
}

func decodeText(from []byte, n int) (any, []byte, error) {
	if len(from) < n {
		return nil, nil, errShort
	}
	return string(from[:n]), from[n:], nil
}

func decodeList(from []byte, n int) (any, []byte, error) {
	list := []any{}
	for range n {
		value, rest, err := Decode(from)
		if err != nil {
			return nil, nil, err
		}
		list, from = append(list, value), rest
	}
	return list, from, nil
}

func decodeMap(from []byte, n int) (any, []byte, error) {
	entries := map[string]any{}
	for range n {
		key, rest, err := Decode(from)
		if err != nil {
			return nil, nil, err
		}
		name, isText := key.(string)
		if !isText {
			return nil, nil, fmt.Errorf("PackStream: a %T as a key", key)
		}
		if entries[name], from, err = Decode(rest); err != nil {
			return nil, nil, err
		}
	}
	return entries, from, nil
}

func decodeStructure(from []byte, n int) (any, []byte, error) {
	if len(from) == 0 {
		return nil, nil, errShort
	}
	fields, rest, err := decodeList(from[1:], n)
	if err != nil {
		return nil, nil, err
	}
	return Structure{from[0], fields.([]any)}, rest, nil
}
