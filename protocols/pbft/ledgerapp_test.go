// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/protocols/pbft/wire"
)

// chronicle is an App that remembers every operation in order, and notices when one comes twice.
type chronicle struct {
	lines [][]byte
	next  *wire.Config
	twice func(line string)
}

var errEmptyOp = errors.New("an operation without a word")

func (a *chronicle) Validate(op []byte) error {
	if len(op) == 0 {
		return errEmptyOp
	}
	return nil
}

func (a *chronicle) Apply(at Place, op []byte) []byte {
	line := fmt.Appendf(nil, "%d/%d/%d %s", at.Client, at.Number, at.Index, op)
	if a.twice != nil {
		name, _, _ := bytes.Cut(line, []byte(" "))
		for _, l := range a.lines {
			if old, _, _ := bytes.Cut(l, []byte(" ")); bytes.Equal(old, name) {
				a.twice(string(line))
			}
		}
	}
	a.lines = append(a.lines, line)
	if rest, ok := bytes.CutPrefix(op, []byte("epoch ")); ok {
		if c, err := wire.DecodeConfig(rest); err == nil && a.next == nil {
			a.next = c
		}
	}
	return fmt.Appendf(nil, "%d", len(a.lines))
}

func (a *chronicle) Next() *wire.Config { return a.next }

func (a *chronicle) Snapshot() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(a.lines)))
	for _, l := range a.lines {
		b = binary.BigEndian.AppendUint32(b, uint32(len(l)))
		b = append(b, l...)
	}
	if a.next != nil {
		b = append(b, wire.EncodeConfig(a.next)...)
	}
	return b
}

func (a *chronicle) Restore(b []byte) error {
	a.lines, a.next = nil, nil
	if len(b) < 4 {
		return errors.New("cut short")
	}
	n := binary.BigEndian.Uint32(b)
	b = b[4:]
	for range n {
		if len(b) < 4 || len(b) < 4+int(binary.BigEndian.Uint32(b)) {
			return errors.New("cut short")
		}
		end := 4 + int(binary.BigEndian.Uint32(b))
		a.lines = append(a.lines, slices.Clone(b[4:end]))
		b = b[end:]
	}
	if len(b) > 0 {
		c, err := wire.DecodeConfig(b)
		if err != nil {
			return err
		}
		a.next = c
	}
	return nil
}
