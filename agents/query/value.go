// SPDX-License-Identifier: Apache-2.0

package query

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// Type is what the values of a field are.
type Type uint8

// The types. The zero Type is that of the zero Value, which stands for the absence of a value.
const (
	NoType Type = iota
	TypeText
	TypeInt
	TypeFloat
	TypeDuration
	TypeTime
	TypeStatus
	TypeLifecycle
)

var typeNames = [...]string{"nothing", "text", "a whole number", "a number", "a duration", "a time", "a status", "a state"}

// String names the type as error messages do.
func (t Type) String() string { return typeNames[t] }

// Scalar is what Go values can stand in a query.
type Scalar interface {
	string | int64 | float64 | time.Duration | time.Time | Status | Lifecycle
}

// Value is one value of a field. Two values are == exactly if they are the same value of the same type.
type Value struct {
	typ  Type
	bits uint64 // for all but text: ordered as the values are
	text string
}

const sign = 1 << 63

// ValueOf makes a Value of a Go value. Times are kept to the nanosecond, without their zone; a time outside the years 1678 to 2262 and a
// float that is not a number make values that [Query.Validate] refuses.
func ValueOf[T Scalar](v T) Value {
	switch v := any(v).(type) {
	case string:
		return Value{typ: TypeText, text: v}
	case int64:
		return Value{typ: TypeInt, bits: uint64(v) ^ sign}
	case float64:
		return Value{typ: TypeFloat, bits: OrderedBits(v)}
	case time.Duration:
		return Value{typ: TypeDuration, bits: uint64(v) ^ sign}
	case time.Time:
		if v.Before(firstTime) || v.After(lastTime) {
			return Value{typ: TypeTime, text: "out of range"}
		}
		return Value{typ: TypeTime, bits: uint64(v.UnixNano()) ^ sign}
	case Status:
		return Value{typ: TypeStatus, bits: uint64(v)}
	case Lifecycle:
		return Value{typ: TypeLifecycle, bits: uint64(v)}
	}
	return Value{} // not reached: the cases are those of Scalar
}

var firstTime, lastTime = time.Unix(0, math.MinInt64), time.Unix(0, math.MaxInt64)

// OrderedBits maps a float to bits that are ordered as floats are; both zeros give the same.
func OrderedBits(f float64) uint64 {
	b := math.Float64bits(f + 0) // -0 + 0 is +0
	if b&sign != 0 {
		return ^b
	}
	return b | sign
}

// Type returns the type of the value; NoType if it is the absence of one.
func (v Value) Type() Type { return v.typ }

// Present reports whether there is a value.
func (v Value) Present() bool { return v.typ != NoType }

// Text returns the text of a value of TypeText.
func (v Value) Text() string { return v.text }

// Int returns the number of a value of TypeInt, and the nanoseconds of a duration or of a time since 1970.
func (v Value) Int() int64 { return int64(v.bits ^ sign) }

// Float returns the number of a value of TypeFloat.
func (v Value) Float() float64 {
	if v.bits&sign != 0 {
		return math.Float64frombits(v.bits &^ sign)
	}
	return math.Float64frombits(^v.bits)
}

// Ordinal returns the number of a Status or a Lifecycle.
func (v Value) Ordinal() int { return int(v.bits) }

// Number returns a value of any type but text as a float that is ordered as the values are: two different values may give the same
// float, never the reverse order. Durations are in nanoseconds.
func (v Value) Number() float64 {
	switch v.typ {
	case TypeFloat:
		return v.Float()
	case TypeInt, TypeDuration, TypeTime:
		return float64(v.Int())
	default:
		return float64(v.bits)
	}
}

// Rank returns 64 bits that order values of one type as Compare does; of text they are the first eight bytes, so equal ranks of texts
// say nothing.
func (v Value) Rank() uint64 {
	if v.typ == TypeText {
		return TextRank(v.text)
	}
	return v.bits
}

// TextRank returns the first eight bytes of a text as a number that is ordered as they are.
func TextRank(s string) uint64 {
	var r uint64
	for i := range min(len(s), 8) {
		r |= uint64(s[i]) << (56 - 8*i)
	}
	return r
}

// Compare orders two values of one field: -1, 0 or +1. An absent value comes after every other.
func (v Value) Compare(w Value) int {
	if !v.Present() || !w.Present() {
		switch {
		case v.Present():
			return -1
		case w.Present():
			return 1
		}
		return 0
	}
	if c := cmp.Compare(v.bits, w.bits); c != 0 {
		return c
	}
	return strings.Compare(v.text, w.text)
}

// wrong says what is wrong with the value itself, or "".
func (v Value) wrong() string {
	switch v.typ {
	case TypeFloat:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return "is not a finite number"
		}
	case TypeTime:
		if v.text != "" {
			return "is outside the years 1678 to 2262"
		}
	case TypeStatus:
		if v.bits >= uint64(Statuses) {
			return "is no status"
		}
	case TypeLifecycle:
		if v.bits == 0 || v.bits >= uint64(Lifecycles) {
			return "is no state"
		}
	}
	return ""
}
