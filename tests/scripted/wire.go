package scripted

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Version is a version of Bolt, such as 5.8.
type Version struct{ Major, Minor byte }

var magic = []byte{0x60, 0x60, 0xB0, 0x17}

// manifest is the proposal that asks for the list of the server's versions in place of a choice (Bolt 5.7 and later).
var manifest = []byte{0, 0, 1, 0xFF}

// handshake agrees on version v, or ends with an error after telling the client that nothing fits (the Bolt manual, "Handshake").
func handshake(c *connection, v Version, byManifest bool) error {
	head := make([]byte, 4+4*4)
	if _, err := io.ReadFull(c.in, head); err != nil {
		return err
	}
	if !bytes.Equal(head[:4], magic) {
		return errors.New("no Bolt client")
	}
	for proposal := head[4:]; len(proposal) > 0; proposal = proposal[4:] {
		p := proposal[:4]
		if byManifest && bytes.Equal(p, manifest) {
			return offer(c, v)
		}
		back, minor, major := p[1], p[2], p[3]
		if major == v.Major && v.Minor <= minor && minor-v.Minor <= back {
			_, err := c.Write([]byte{0, 0, v.Minor, v.Major})
			return err
		}
	}
	_, _ = c.Write([]byte{0, 0, 0, 0})
	return fmt.Errorf("the client does not speak Bolt %d.%d", v.Major, v.Minor)
}

// offer sends the manifest: one version, no capabilities; and reads the client's choice.
func offer(c *connection, v Version) error {
	if _, err := c.Write(append(manifest, 1, 0, 0, v.Minor, v.Major, 0)); err != nil {
		return err
	}
	choice := make([]byte, 5)
	if _, err := io.ReadFull(c.in, choice); err != nil {
		return err
	}
	if choice[2] != v.Minor || choice[3] != v.Major {
		return fmt.Errorf("the client chose Bolt %d.%d", choice[3], choice[2])
	}
	return nil
}

// connection is one client's connection.
type connection struct {
	net.Conn
	in *bufio.Reader
}

// read gives the next message, put together from its chunks.
func (c *connection) read() (Structure, error) {
	var message []byte
	for {
		var size [2]byte
		if _, err := io.ReadFull(c.in, size[:]); err != nil {
			return Structure{}, err
		}
		n := int(binary.BigEndian.Uint16(size[:]))
		if n == 0 && len(message) == 0 {
			continue // a sign of life
		}
		if n == 0 {
			break
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(c.in, chunk); err != nil {
			return Structure{}, err
		}
		message = append(message, chunk...)
	}
	value, rest, err := Decode(message)
	if err != nil {
		return Structure{}, err
	}
	s, isStructure := value.(Structure)
	if !isStructure || len(rest) > 0 {
		return Structure{}, fmt.Errorf("a message of %T and %d bytes", value, len(rest))
	}
	return s, nil
}

const maxChunk = 0xFFFF

// send writes one message in as many chunks as it takes.
func (c *connection) send(tag byte, fields ...any) error {
	message, err := Encode(nil, Structure{tag, fields})
	if err != nil {
		return err
	}
	var out []byte
	for len(message) > 0 {
		n := min(len(message), maxChunk)
		out = binary.BigEndian.AppendUint16(out, uint16(n)) //nolint:gosec // at most maxChunk
		out = append(out, message[:n]...)
		message = message[n:]
	}
	_, err = c.Write(append(out, 0, 0))
	return err
}
