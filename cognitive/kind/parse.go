// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Parse reads a value as people write it: a number, an option, true or false, members with commas between them, or a record in its encoding. The value is in its normal form.
func Parse(k Kind, text string) (Value, error) {
	v := Value{}
	switch k.Type() {
	case Number:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, fmt.Errorf("kind: %q is no number: %w", text, ErrType)
		}
		v = OfFloat(x)
	case Whole:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return v, fmt.Errorf("kind: %q is no integer: %w", text, ErrType)
		}
		v = OfInteger(n)
	case Text:
		v = OfChoice(text)
	case Truth:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return v, fmt.Errorf("kind: %q is neither true nor false: %w", text, ErrType)
		}
		v = OfTruth(b)
	case Members:
		if text == "" {
			v = OfTeam()
		} else {
			v = OfTeam(strings.Split(text, ",")...)
		}
	case Record:
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return Value{}, fmt.Errorf("kind: %q is no record: %w", text, ErrType)
		}
	case None:
	}
	return k.Normal(v)
}
