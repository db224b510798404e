// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/agents/work/plan"
)

// keys of a task line, in the order of the documentation.
var keys = []string{"id", "kind", "input", "capability", "key", "priority", "attempts", "timeout", "deadline"}

// Parse reads one task line. Durations given as deadline begin at now. The error is one *LineError, or several joined in the order of their columns; file and
// number go into it and are not otherwise used.
func Parse(file string, number int, line []byte, now plan.Instant) (plan.Task, error) {
	p := parser{file: file, number: number, line: line, now: now}
	members, at, err := object(line)
	if err != nil {
		p.bad(at, "", "%v", err)
		return plan.Task{}, errors.Join(p.problems...)
	}
	seen := map[string]bool{}
	for _, m := range members {
		if seen[m.key] {
			p.bad(m.keyAt, "", "key %q is given twice", m.key)
			continue
		}
		seen[m.key] = true
		p.take(m)
	}
	for _, must := range []string{"id", "kind"} {
		if !seen[must] {
			p.bad(space(line, 0), "", "key %q is missing", must)
		}
	}
	if len(p.problems) > 0 {
		return plan.Task{}, errors.Join(p.problems...)
	}
	return p.task, nil
}

type parser struct {
	file     string
	number   int
	line     []byte
	now      plan.Instant
	task     plan.Task
	problems []error
}

func (p *parser) bad(at int, hint, reason string, args ...any) {
	p.problems = append(p.problems, &LineError{
		File: p.file, Line: p.number, Col: column(p.line, at), Reason: fmt.Sprintf(reason, args...), Hint: hint,
	})
}

func (p *parser) take(m member) {
	t := &p.task
	switch m.key {
	case "id":
		p.text(m, &t.ID, true)
	case "kind":
		p.text(m, &t.Kind, true)
	case "capability":
		p.text(m, &t.Capability, false)
	case "key":
		p.text(m, &t.Key, false)
	case "priority":
		p.number64(m, -plan.MaxPriority, plan.MaxPriority, &t.Priority)
	case "attempts":
		p.number64(m, 1, plan.MaxAttempts, &t.Attempts)
	case "timeout":
		t.Timeout = p.span(m)
	case "deadline":
		p.deadline(m)
	case "input":
		var buf bytes.Buffer
		buf.Grow(len(m.value))
		if err := json.Compact(&buf, m.value); err != nil {
			p.bad(m.valueAt, "", "key %q: %v", m.key, err)
		}
		t.Input = buf.Bytes()
	default:
		p.bad(m.keyAt, suggestion(m.key, keys), "unknown key %q", m.key)
	}
}

func (p *parser) text(m member, to *string, must bool) bool {
	if m.value[0] != '"' {
		p.bad(m.valueAt, "", "key %q must be a string", m.key)
		return false
	}
	if err := json.Unmarshal(m.value, to); err != nil {
		p.bad(m.valueAt, "", "key %q: %v", m.key, err)
		return false
	}
	switch {
	case must && *to == "":
		p.bad(m.valueAt, "", "key %q is empty", m.key)
	case len(*to) > plan.MaxName:
		p.bad(m.valueAt, "", "key %q has %d bytes, at most %d are allowed", m.key, len(*to), plan.MaxName)
	default:
		return true
	}
	return false
}

func (p *parser) number64(m member, low, high int, to *int) {
	if err := json.Unmarshal(m.value, to); err != nil || *to < low || *to > high || m.value[0] == 'n' {
		p.bad(m.valueAt, "", "key %q must be a whole number from %d to %d", m.key, low, high)
	}
}

func (p *parser) span(m member) time.Duration {
	var text string
	if m.value[0] != '"' {
		p.bad(m.valueAt, fmt.Sprintf("write %q", strings.TrimSpace(string(m.value[:min(len(m.value), 20)]))+"s"), "key %q must be a duration with a unit", m.key)
		return 0
	}
	if !p.text(m, &text, true) {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		p.bad(m.valueAt, `such as "30s"`, "key %q must be a duration above zero", m.key)
		return 0
	}
	return d
}

func (p *parser) deadline(m member) {
	var text string
	if len(m.value) > 2 && m.value[0] == '"' && strings.ContainsAny(string(m.value), "T") && p.text(m, &text, true) {
		at, err := time.Parse(time.RFC3339Nano, text)
		// Nanoseconds since 1970 reach to the year 2262.
		if err != nil || at.Year() < 1971 || at.Year() > 2261 {
			p.bad(m.valueAt, `such as "2027-01-31T12:00:00Z" or "10m"`, "key %q must be a time between 1971 and 2261 or a duration", m.key)
			return
		}
		p.task.Deadline = plan.At(at)
		return
	}
	if d := p.span(m); d > 0 {
		p.task.Deadline = p.now.Add(d)
	}
}

// AppendTask appends the line of a task, newline included. The input must be valid JSON without newlines, as Parse and the queue keep it. What a task line cannot
// say (a negative time-out) is left out.
func AppendTask(buf []byte, t plan.Task) []byte {
	buf = append(buf, `{"id":`...)
	buf = appendString(buf, t.ID)
	buf = append(buf, `,"kind":`...)
	buf = appendString(buf, t.Kind)
	if len(t.Input) > 0 {
		buf = append(append(buf, `,"input":`...), t.Input...)
	}
	if t.Capability != "" {
		buf = appendString(append(buf, `,"capability":`...), t.Capability)
	}
	if t.Key != "" {
		buf = appendString(append(buf, `,"key":`...), t.Key)
	}
	if t.Priority != 0 {
		buf = fmt.Appendf(buf, `,"priority":%d`, t.Priority)
	}
	if t.Attempts != 0 {
		buf = fmt.Appendf(buf, `,"attempts":%d`, t.Attempts)
	}
	if t.Timeout > 0 {
		buf = fmt.Appendf(buf, `,"timeout":%q`, t.Timeout)
	}
	if t.Deadline != 0 {
		buf = fmt.Appendf(buf, `,"deadline":%q`, t.Deadline.Time().Format(time.RFC3339Nano))
	}
	return append(buf, "}\n"...)
}

// appendString quotes without escaping <, > and &, which would be noise in a file for people.
func appendString(buf []byte, s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // no string fails to encode
	}
	return append(buf, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
