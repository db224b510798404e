// SPDX-License-Identifier: Apache-2.0

package config

import (
	"math"
	"net"
	"reflect"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
)

// parseDuration wants a unit: a bare number has meant seconds in one program and nanoseconds in the next.
func parseDuration(v *value) (reflect.Value, *fault) {
	d, f := duration(v)
	return reflect.ValueOf(d), f
}

func duration(v *value) (time.Duration, *fault) {
	text := v.text
	if x, err := strconv.ParseFloat(text, 64); err == nil && text != "0" || text == "0" {
		f := &fault{code: CodeUnit, reason: "durations need a unit, got " + v.what(), got: text}
		if !math.IsInf(x, 0) && !math.IsNaN(x) && x >= 0 {
			f.suggestion = strings.TrimPrefix(text, "+") + "s"
		}
		return 0, f
	}
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		return 0, &fault{code: CodeRange, reason: "duration " + quote(text) + " is negative", got: text, want: "0s or more"}
	}
	if err == nil {
		return d, nil
	}
	f := wrong(v, "a duration such as 5s or 1m30s")
	number, unit := splitUnit(text)
	switch {
	case strings.Contains(text, " "):
	case unit == "ns", unit == "us", unit == "ms", unit == "s", unit == "m", unit == "h":
		return 0, &fault{code: CodeRange, reason: "duration " + quote(text) + " is too long", got: text, want: "at most 2562047h"}
	}
	if number == "" {
		return 0, f
	}
	f.code = CodeUnit
	switch strings.ToLower(unit) {
	case "s", "sec", "secs", "second", "seconds":
		f.suggestion = number + "s"
	case "ms", "msec", "millis", "millisecond", "milliseconds":
		f.suggestion = number + "ms"
	case "m", "min", "mins", "minute", "minutes":
		f.suggestion = number + "m"
	case "h", "hr", "hour", "hours":
		f.suggestion = number + "h"
	case "d", "day", "days":
		if n, err := strconv.Atoi(number); err == nil && n < 1_000_000 {
			f.suggestion = strconv.Itoa(n*24) + "h"
		}
	}
	return 0, f
}

// splitUnit parts a leading number without sign from what follows it.
func splitUnit(text string) (number, unit string) {
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.') {
		end++
	}
	if _, err := strconv.ParseFloat(text[:end], 64); err != nil {
		return "", text
	}
	return text[:end], strings.TrimSpace(text[end:])
}

func parseTime(v *value) (reflect.Value, *fault) {
	t, err := time.Parse(time.RFC3339, v.text)
	if err != nil {
		return reflect.Value{}, wrong(v, "a time such as 2030-01-31T18:00:00Z")
	}
	return reflect.ValueOf(t), nil
}

func parseSize(v *value) (reflect.Value, *fault) {
	number, unit := splitUnit(v.text)
	if number == "" {
		return reflect.Value{}, wrong(v, "a size such as 64KiB or 1MiB")
	}
	for _, u := range sizeUnits {
		if unit != u.name || strings.Contains(v.text, " ") {
			continue
		}
		x, _ := strconv.ParseFloat(number, 64)
		if x *= float64(u.size); x != math.Trunc(x) {
			return reflect.Value{}, &fault{code: CodeBadValue, reason: "size " + quote(v.text) + " is no whole number of bytes", got: v.text}
		}
		if x >= math.MaxInt64 {
			return reflect.Value{}, &fault{code: CodeRange, reason: "size " + quote(v.text) + " is too large", got: v.text}
		}
		return reflect.ValueOf(Size(x)), nil
	}
	f := &fault{code: CodeUnit, reason: "sizes need a unit, got " + v.what(), got: v.text, oneOf: []string{"B", "KiB", "MiB", "GiB"}}
	if unit != "" {
		f.reason = "unknown unit in " + quote(v.text)
	}
	switch strings.ToLower(unit) {
	case "", "b", "byte", "bytes":
		f.suggestion = number + "B"
	case "k", "kb", "kib":
		f.suggestion = number + "KiB"
	case "m", "mb", "mib":
		f.suggestion = number + "MiB"
	case "g", "gb", "gib":
		f.suggestion = number + "GiB"
	}
	return reflect.Value{}, f
}

func parseShutdown(v *value) (reflect.Value, *fault) {
	words := []string{"brutal_kill", "infinity"}
	switch v.text {
	case words[0]:
		return reflect.ValueOf(Shutdown{BrutalKill: true}), nil
	case words[1]:
		return reflect.ValueOf(Shutdown{Infinity: true}), nil
	}
	d, f := duration(v)
	if f == nil {
		return reflect.ValueOf(Shutdown{Timeout: d}), nil
	}
	if f.code == CodeWrongType {
		f = wrong(v, "a duration such as 5s, brutal_kill or infinity")
		f.suggestion = nearest.Word(v.text, words)
	}
	return reflect.Value{}, f
}

func parseRate(v *value) (reflect.Value, *fault) {
	const want = "thousandths from 0 to 1000, or every N"
	word, number, found := strings.Cut(v.text, " ")
	if found && word == "every" {
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err == nil && n >= 1 {
			return reflect.ValueOf(Rate{Every: n}), nil
		}
		return reflect.Value{}, &fault{code: CodeRange, reason: "want every 1 or more, got " + quote(v.text), got: v.text, want: want}
	}
	n, err := strconv.Atoi(v.text)
	switch {
	case err == nil && !v.quoted && n >= 0 && n <= 1000:
		return reflect.ValueOf(Rate{PerMille: n}), nil
	case err == nil && !v.quoted:
		return reflect.Value{}, &fault{code: CodeRange, reason: "rate " + v.text + " is outside 0 to 1000", got: v.text, want: want}
	}
	f := wrong(v, want)
	if x, err := strconv.ParseFloat(v.text, 64); err == nil && x > 0 && x < 1 {
		f.suggestion = strconv.Itoa(int(math.Round(x * 1000)))
	} else if x, err := strconv.ParseFloat(strings.TrimSuffix(v.text, "%"), 64); err == nil && strings.HasSuffix(v.text, "%") && x >= 0 && x <= 100 {
		f.suggestion = strconv.Itoa(int(math.Round(x * 10)))
	}
	return reflect.Value{}, f
}

func parseAddress(v *value) (reflect.Value, *fault) {
	if v.text == "off" || v.text == "false" && !v.quoted {
		return reflect.ValueOf(Address("off")), nil
	}
	_, port, err := net.SplitHostPort(v.text)
	if err != nil {
		f := &fault{code: CodeBadValue, reason: "want host:port or off, got " + v.what(), got: v.text, want: "host:port or off"}
		if n, err := strconv.Atoi(strings.TrimPrefix(v.text, ":")); err == nil && n >= 0 && n < 1<<16 {
			f.suggestion = "127.0.0.1:" + strconv.Itoa(n)
		}
		return reflect.Value{}, f
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n >= 1<<16 {
		return reflect.Value{}, &fault{code: CodeRange, reason: "port " + quote(port) + " is not between 0 and 65535", got: v.text, want: "host:port or off"}
	}
	return reflect.ValueOf(Address(v.text)), nil
}
