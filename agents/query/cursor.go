// SPDX-License-Identifier: Apache-2.0

package query

import (
	"encoding/base64"
	"encoding/binary"
)

// Cursor is the place of one agent in an ordered answer, by value: it stays right when agents come, go and change behind it.
type Cursor struct {
	// Keys are the agent's values of the fields that the query orders by; a value that is absent is the zero Value.
	Keys          []Value
	Namespace, ID string
}

const cursorVersion = 1

// Encode writes the cursor for a query with this order, in letters, digits, '-' and '_'.
func (c Cursor) Encode(order []Order) string {
	raw := []byte{cursorVersion}
	raw = binary.BigEndian.AppendUint32(raw, orderSum(order))
	for _, k := range c.Keys {
		raw = append(raw, byte(k.typ))
		raw = binary.BigEndian.AppendUint64(raw, k.bits)
		raw = appendText(raw, k.text)
	}
	raw = appendText(raw, c.Namespace)
	raw = appendText(raw, c.ID)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseCursor reads what Encode wrote for the same order. Everything else is a [*BadQueryError].
func ParseCursor(text string, order []Order) (Cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < 5 || raw[0] != cursorVersion {
		return Cursor{}, bad("after %q is no cursor", text)
	}
	if binary.BigEndian.Uint32(raw[1:]) != orderSum(order) {
		return Cursor{}, bad("after %q is the cursor of a query with another order", text)
	}
	r := cursorReader{raw: raw[5:]}
	c := Cursor{}
	for _, o := range order {
		k := Value{typ: Type(r.byte()), bits: r.bits(), text: r.text()}
		r.broken = r.broken || !k.keyOf(o.Field)
		c.Keys = append(c.Keys, k)
	}
	c.Namespace, c.ID = r.text(), r.text()
	if r.broken || len(r.raw) > 0 {
		return Cursor{}, bad("after %q is no cursor", text)
	}
	return c, nil
}

// keyOf reports whether the value is one that a row can have in a field, or the absence of one.
func (v Value) keyOf(f Field) bool {
	switch v.typ {
	case NoType:
		return v == Value{}
	case TypeText:
		return f.Type() == TypeText && v.bits == 0
	default:
		return f.Type() == v.typ && v.text == "" && v.wrong() == ""
	}
}

func appendText(raw []byte, s string) []byte {
	return append(binary.AppendUvarint(raw, uint64(len(s))), s...)
}

// cursorReader takes parts off the front until something does not fit.
type cursorReader struct {
	raw    []byte
	broken bool
}

func (r *cursorReader) take(n uint64) []byte {
	if r.broken || uint64(len(r.raw)) < n {
		r.broken = true
		return nil
	}
	part := r.raw[:n]
	r.raw = r.raw[n:]
	return part
}

func (r *cursorReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *cursorReader) bits() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *cursorReader) text() string {
	n, used := binary.Uvarint(r.raw)
	if used <= 0 {
		r.broken = true
		return ""
	}
	r.raw = r.raw[used:]
	return string(r.take(n))
}

// orderSum tells orders apart: FNV-1a over their text.
func orderSum(order []Order) uint32 {
	sum := uint32(2166136261)
	for _, o := range order {
		for _, b := range []byte(o.String() + ",") {
			sum = (sum ^ uint32(b)) * 16777619
		}
	}
	return sum
}
