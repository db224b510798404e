// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
	"mabeam.dev/market/money"
)

// scalarType is how one Go type is written as a single value.
type scalarType struct {
	name   string   // short name for the reference
	want   string   // what to write, for messages
	values []string // all words allowed, if it is an enumeration
	parse  func(v *value) (reflect.Value, *fault)
}

// scalarOf returns how a type is written, or nil if it is not a single value.
func scalarOf(t reflect.Type) *scalarType {
	if s, ok := scalars[t]; ok {
		return s
	}
	if enum, ok := reflect.Zero(t).Interface().(interface{ Values() []string }); ok && t.Kind() == reflect.String {
		return wordScalar(t, enum.Values())
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return unmarshalScalar(t)
	}
	switch t.Kind() {
	case reflect.Bool:
		return convertScalar(boolScalar, t)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intScalar(t)
	case reflect.Float64:
		return convertScalar(floatScalar, t)
	case reflect.String:
		return convertScalar(stringScalar, t)
	}
	return nil
}

var (
	stringScalar = &scalarType{name: "text", want: "text", parse: parseString}
	boolScalar   = &scalarType{name: "true or false", want: "true or false", values: []string{"true", "false"}, parse: parseBool}
	floatScalar  = &scalarType{name: "number", want: "a number", parse: parseFloat}

	scalars = map[reflect.Type]*scalarType{
		reflect.TypeFor[Text](): {name: "text", want: "text", parse: func(v *value) (reflect.Value, *fault) {
			if f := notText(v); f != nil {
				return reflect.Value{}, f
			}
			return reflect.ValueOf(Text{written: v.text}), nil
		}},
		reflect.TypeFor[time.Duration](): {name: "duration", want: "a duration such as 5s or 1m30s", parse: parseDuration},
		reflect.TypeFor[Size]():          {name: "size", want: "a size such as 64KiB or 1MiB", parse: parseSize},
		reflect.TypeFor[Shutdown]():      {name: "duration, brutal_kill or infinity", want: "a duration such as 5s, brutal_kill or infinity", parse: parseShutdown},
		reflect.TypeFor[Rate]():          {name: "rate", want: "thousandths from 0 to 1000, or every N", parse: parseRate},
		reflect.TypeFor[time.Time]():     {name: "time", want: "a time such as 2030-01-31T18:00:00Z", parse: parseTime},
		reflect.TypeFor[money.Amount]():  {name: "amount", want: amountWant, parse: parseAmount},
		reflect.TypeFor[Address]():       {name: "address", want: "host:port or off", parse: parseAddress},
	}
)

func convertScalar(s *scalarType, t reflect.Type) *scalarType {
	c := *s
	c.parse = func(v *value) (reflect.Value, *fault) {
		r, f := s.parse(v)
		if f != nil {
			return r, f
		}
		return r.Convert(t), nil
	}
	return &c
}

func wrong(v *value, want string) *fault {
	return &fault{code: CodeWrongType, reason: "want " + want + ", got " + v.what(), got: v.text, want: want}
}

// notText refuses true and false where text belongs: whether a name or a switch is meant is for the writer to say.
// Numbers are taken as they are written.
func notText(v *value) *fault {
	if v.truth {
		f := wrong(v, "text")
		f.hint = "put it in quotes"
		return f
	}
	if strings.ContainsRune(v.text, 0) {
		return &fault{code: CodeBadValue, reason: "text with a zero byte", got: v.text}
	}
	return nil
}

func parseString(v *value) (reflect.Value, *fault) {
	if f := notText(v); f != nil {
		return reflect.Value{}, f
	}
	return reflect.ValueOf(v.text), nil
}

func parseBool(v *value) (reflect.Value, *fault) {
	if !v.quoted && (v.text == "true" || v.text == "false") {
		return reflect.ValueOf(v.text == "true"), nil
	}
	f := wrong(v, "true or false")
	switch strings.ToLower(v.text) {
	case "true", "yes", "on", "y":
		f.suggestion = "true"
	case "false", "no", "off", "n":
		f.suggestion = "false"
	}
	return reflect.Value{}, f
}

func intScalar(t reflect.Type) *scalarType {
	return &scalarType{name: "number", want: "a whole number", parse: func(v *value) (reflect.Value, *fault) {
		n, err := strconv.ParseInt(v.text, 10, t.Bits())
		if err == nil && !v.quoted {
			return reflect.ValueOf(n).Convert(t), nil
		}
		f := wrong(v, "a whole number")
		if err == nil {
			f.suggestion = v.text
			f.hint = "without quotes"
		} else if strings.Contains(err.Error(), "out of range") {
			f = &fault{code: CodeRange, reason: "number " + quote(v.text) + " is too large", got: v.text, want: f.want}
		} else if x, err := strconv.ParseFloat(strings.ReplaceAll(v.text, "_", ""), 64); err == nil && x == math.Trunc(x) && math.Abs(x) < 1e15 {
			f.suggestion = strconv.FormatInt(int64(x), 10)
		}
		return reflect.Value{}, f
	}}
}

func parseFloat(v *value) (reflect.Value, *fault) {
	x, err := strconv.ParseFloat(v.text, 64)
	if err != nil || v.quoted || math.IsNaN(x) || math.IsInf(x, 0) {
		return reflect.Value{}, wrong(v, "a number")
	}
	return reflect.ValueOf(x), nil
}

func wordScalar(t reflect.Type, words []string) *scalarType {
	return &scalarType{name: "word", want: "one of " + strings.Join(words, ", "), values: words, parse: func(v *value) (reflect.Value, *fault) {
		for _, w := range words {
			if v.text == w && !v.truth {
				return reflect.ValueOf(w).Convert(t), nil
			}
		}
		return reflect.Value{}, &fault{code: CodeUnknownValue, reason: "unknown value " + quote(v.text), got: v.text, suggestion: nearest.Word(v.text, words), oneOf: words}
	}}
}

func unmarshalScalar(t reflect.Type) *scalarType {
	return &scalarType{name: "text", want: "text", parse: func(v *value) (reflect.Value, *fault) {
		if f := notText(v); f != nil {
			return reflect.Value{}, f
		}
		p := reflect.New(t)
		if err := p.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(v.text)); err != nil {
			return reflect.Value{}, &fault{code: CodeBadValue, reason: err.Error(), got: v.text}
		}
		return p.Elem(), nil
	}}
}
