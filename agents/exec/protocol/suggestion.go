// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The limits of lines about variables.
const (
	maxVariableName = 200  // bytes of an id, a name or a key
	maxRationale    = 2000 // bytes
	maxMetrics      = 64   // figures of a report
)

// VariableVersion is a version as lines have it: epoch, dot, number. The zero one is none.
type VariableVersion struct{ Epoch, Seq uint64 }

// String writes the version.
func (v VariableVersion) String() string {
	return strconv.FormatUint(v.Epoch, 10) + "." + strconv.FormatUint(v.Seq, 10)
}

// ParseVariableVersion reads a version such as 0.17. The error is ErrVariableMalformed.
func ParseVariableVersion(text string) (VariableVersion, error) {
	epoch, seq, ok := strings.Cut(text, ".")
	e, err1 := strconv.ParseUint(epoch, 10, 64)
	q, err2 := strconv.ParseUint(seq, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return VariableVersion{}, fmt.Errorf("%w: version %s: want one such as 0.17", ErrVariableMalformed, quoteHead([]byte(text)))
	}
	return VariableVersion{e, q}, nil
}

// Suggestion is a [Suggest] whose form is right. Whether the variable can have the value is for the owner to say.
type Suggestion struct {
	ID              string
	Space, Variable string          // Space is empty where the program has left it out
	Value           json.RawMessage // valid JSON
	Rationale       string          // not empty
	Base            *VariableVersion
	Key             string
}

// Feedback is a [Report] whose form is right.
type Feedback struct {
	ID              string // empty if nothing is to be answered
	Space, Variable string // Space is empty where the program has left it out
	Version         VariableVersion
	Metrics         []Metric // sorted by name
	Weight          float64  // above 0
}

// Metric is one figure of a report.
type Metric struct {
	Name  string
	Value float64 // finite
}

// Confirmation is an [Applied] whose form is right.
type Confirmation struct {
	ID              string // empty if nothing is to be answered
	Space, Variable string // Space is empty where the program has left it out
	Version         VariableVersion
}

// judge reads a suggestion but for its id. The error is ErrVariableMalformed or ErrVariableRange with what is wrong.
func (m Suggest) judge(id string) (x Suggestion, err error) {
	read := reader{bad: ErrVariableMalformed}
	x.ID = id
	read.about(m.Space, m.Variable, &x.Space, &x.Variable)
	if x.Value = m.Value; !given(m.Value) {
		read.missing("value")
	}
	read.bounded("rationale", m.Rationale, maxRationale, &x.Rationale)
	if strings.TrimSpace(x.Rationale) == "" {
		read.missing("rationale")
	}
	read.bounded("key", m.Key, maxVariableName, &x.Key)
	if given(m.Base) {
		v := read.version("base", m.Base)
		x.Base = &v
	}
	if read.err != nil {
		return Suggestion{}, read.err
	}
	return x, nil
}

// judge reads a report but for its id.
func (m Report) judge(id string) (x Feedback, err error) {
	read := reader{bad: ErrVariableMalformed}
	x.ID, x.Weight = id, 1
	read.about(m.Space, m.Variable, &x.Space, &x.Variable)
	x.Version = read.version("version", m.Version)
	figures := map[string]json.RawMessage{}
	read.decode("metrics", m.Metrics, &figures)
	if len(figures) == 0 {
		read.missing("metrics")
	}
	if len(figures) > maxMetrics {
		read.fail(fmt.Errorf("%w: %d metrics, and at most %d count", ErrVariableRange, len(figures), maxMetrics))
	}
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		if name == "" || len(name) > maxMetric {
			read.fail(fmt.Errorf("%w: metric %s: want a name of 1 to %d bytes", ErrVariableRange, quoteHead([]byte(name)), maxMetric))
		}
		x.Metrics = append(x.Metrics, Metric{name, read.figure("metric "+quoteHead([]byte(name)), figures[name])})
	}
	if given(m.Weight) {
		if x.Weight = read.figure("weight", m.Weight); !(x.Weight > 0) {
			read.fail(fmt.Errorf("%w: weight: want a number above 0", ErrVariableRange))
		}
	}
	if read.err != nil {
		return Feedback{}, read.err
	}
	return x, nil
}

// judge reads a confirmation but for its id.
func (m Applied) judge(id string) (x Confirmation, err error) {
	read := reader{bad: ErrVariableMalformed}
	x.ID = id
	read.about(m.Space, m.Variable, &x.Space, &x.Variable)
	x.Version = read.version("version", m.Version)
	if read.err != nil {
		return Confirmation{}, read.err
	}
	return x, nil
}

func (r *reader) missing(name string) { r.fail(fmt.Errorf("%w: %s is missing", r.bad, name)) }

// about reads which variable a line is about.
func (r *reader) about(rawSpace, rawName json.RawMessage, space, name *string) {
	r.bounded("space", rawSpace, maxVariableName, space)
	r.bounded("variable", rawName, maxVariableName, name)
	if *name == "" {
		r.missing("variable")
	}
}

// bounded reads a text of no more than a number of bytes.
func (r *reader) bounded(name string, raw json.RawMessage, most int, into *string) {
	if r.text(name, raw, into); len(*into) > most {
		r.fail(fmt.Errorf("%w: %s is longer than %d bytes", ErrVariableRange, name, most))
	}
}

// version reads a version, which must be there.
func (r *reader) version(name string, raw json.RawMessage) (v VariableVersion) {
	var text string
	r.text(name, raw, &text)
	if text == "" {
		r.missing(name)
		return v
	}
	v, err := ParseVariableVersion(text)
	if err != nil {
		r.fail(err)
	}
	return v
}

// figure reads a finite number, which must be there.
func (r *reader) figure(name string, raw json.RawMessage) (x float64) {
	if !given(raw) {
		r.missing(name)
		return 0
	}
	if err := json.Unmarshal(raw, &x); err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		r.fail(fmt.Errorf("%w: %s is no finite number", r.bad, name))
	}
	return x
}
