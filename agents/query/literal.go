// SPDX-License-Identifier: Apache-2.0

package query

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
)

// literal reads a value of a field as text writes it. Else it says why not, and what was probably meant.
func literal(f Field, text string) (v Value, why, hint string) {
	switch f.Type() {
	case TypeText:
		return ValueOf(text), "", ""
	case TypeInt:
		return wholeNumber(f, text)
	case TypeFloat:
		return number(f, text)
	case TypeDuration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return v, fmt.Sprintf("%s is a duration such as 50ms or 1.5s, not %q", f, text), ""
		}
		return ValueOf(d), "", ""
	case TypeTime:
		for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
			if t, err := time.Parse(layout, text); err == nil {
				return ValueOf(t), "", ""
			}
		}
		return v, fmt.Sprintf("%s is a time such as 2026-01-31 or 2026-01-31T08:00:00Z, not %q", f, text), ""
	case TypeStatus:
		if i := indexFold(statusNames[:], text); i >= 0 {
			return ValueOf(Status(i)), "", ""
		}
		return v, fmt.Sprintf("%s is one of %s, not %q", f, strings.Join(statusNames[:], ", "), text), nearest.Word(text, statusNames[:])
	default: // TypeLifecycle
		if i := indexFold(lifecycleNames[1:], text); i >= 0 {
			return ValueOf(Lifecycle(i + 1)), "", ""
		}
		return v, fmt.Sprintf("%s is one of %s, not %q", f, strings.Join(lifecycleNames[1:], ", "), text), nearest.Word(text, lifecycleNames[1:])
	}
}

func indexFold(names []string, text string) int {
	for i, name := range names {
		if strings.EqualFold(name, text) {
			return i
		}
	}
	return -1
}

// byteUnits are the endings of sizes, longest first.
var byteUnits = []struct {
	name string
	size float64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"B", 1},
}

func wholeNumber(f Field, text string) (v Value, why, hint string) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return ValueOf(n), "", ""
	}
	if columns[f.Column].unit != bytes {
		return v, fmt.Sprintf("%s is a whole number, not %q", f, text), ""
	}
	for _, u := range byteUnits {
		if digits, ok := strings.CutSuffix(text, u.name); ok {
			if n, err := strconv.ParseFloat(digits, 64); err == nil && math.Abs(n*u.size) < 1<<63 {
				return ValueOf(int64(n * u.size)), "", ""
			}
		}
	}
	return v, fmt.Sprintf("%s is a number of bytes such as 1048576, 512MiB or 2GB, not %q", f, text), ""
}

func number(f Field, text string) (v Value, why, hint string) {
	digits, percent := strings.CutSuffix(text, "%")
	percent = percent && columns[f.Column].unit == share
	if !percent {
		digits = text
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return v, fmt.Sprintf("%s is a number, not %q", f, text), ""
	}
	if percent {
		n /= 100
	}
	return ValueOf(n), "", ""
}
