// SPDX-License-Identifier: Apache-2.0

package money

import (
	"fmt"
	"strconv"
	"strings"
)

// digits is how many digits an amount has behind the point.
const digits = 6

// Parse reads a decimal number of units: a sign if need be, digits, and then perhaps a point with one to six digits behind it. Everything else
// is ErrInvalidAmount: an exponent, an empty text, a sign alone, spaces, a point without digits on both sides. A seventh digit is
// ErrPrecision, even when it is 0, and a number that does not fit is ErrOverflow.
func Parse(s string) (Amount, error) {
	rest, negative := s, false
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		negative = rest[0] == '-'
		rest = rest[1:]
	}
	whole, fraction, point := strings.Cut(rest, ".")
	if !number(whole) || point && !number(fraction) {
		return 0, fmt.Errorf("money: parse %s: %w", quoted(s), ErrInvalidAmount)
	}
	if len(fraction) > digits {
		return 0, fmt.Errorf("money: parse %s: %w", quoted(s), ErrPrecision)
	}
	micros := strings.TrimLeft(whole, "0") + fraction + "000000"[len(fraction):]
	m, err := strconv.ParseUint(micros, 10, 64)
	if err == nil {
		if a, ok := signed(m, negative && m != 0); ok {
			return a, nil
		}
	}
	return 0, fmt.Errorf("money: parse %s: %w", quoted(s), ErrOverflow)
}

// number reports whether a text is one digit or more and nothing else.
func number(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// quoted shows a text in an error, and of a long one its beginning.
func quoted(s string) string {
	if len(s) > 40 {
		return strconv.Quote(s[:40]) + "..."
	}
	return strconv.Quote(s)
}

// Format returns the shortest decimal number of units that Parse reads as the amount: "12.5", "-0.000001", "0".
func Format(a Amount) string {
	var buf [24]byte
	return string(AppendFormat(buf[:0], a))
}

// AppendFormat appends what Format returns.
func AppendFormat(out []byte, a Amount) []byte {
	m := magnitude(int64(a))
	if a < 0 {
		out = append(out, '-')
	}
	out = strconv.AppendUint(out, m/uint64(Unit), 10)
	f := m % uint64(Unit)
	if f == 0 {
		return out
	}
	out = append(out, '.')
	for place := uint64(Unit) / 10; f > 0; place /= 10 {
		out = append(out, '0'+byte(f/place))
		f %= place
	}
	return out
}

// String is Format.
func (a Amount) String() string { return Format(a) }

// MarshalText is Format: in JSON an amount is a text, which no reader rounds.
func (a Amount) MarshalText() ([]byte, error) { return []byte(Format(a)), nil }

// UnmarshalText is Parse.
func (a *Amount) UnmarshalText(text []byte) error {
	read, err := Parse(string(text))
	if err == nil {
		*a = read
	}
	return err
}
