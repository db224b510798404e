// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/supervision/plan"
)

// Keys that each statement understands.
var (
	supKeys   = []string{"strategy", "intensity", "period", "auto_shutdown", "starts"}
	childKeys = []string{"restart", "shutdown", "type", "significant", "starts", "stop"}
	checkKeys = []string{"restart", "shutdown", "type", "significant", "starts", "stop", "auto_shutdown", "missing"}
)

// attributes are the key=value words of a statement. The last value of a key counts.
type attributes struct {
	terms  map[string]Term
	starts []Outcome
	stop   Stop
}

func (a attributes) term(key string) string { return string(a.terms[key]) }

func parseAttrs(words []string, keys []string) (attributes, error) {
	a := attributes{terms: make(map[string]Term)}
	for _, w := range words {
		key, value, ok := strings.Cut(w, "=")
		var err error
		switch {
		case !ok:
			err = fmt.Errorf("%q is not key=value", w)
		case !slices.Contains(keys, key):
			err = fmt.Errorf("unknown key %q, want one of %s", key, strings.Join(keys, " "))
		case key == "starts":
			a.starts, err = parseStarts(value)
		case key == "stop":
			a.stop, err = parseStop(value)
		default:
			a.terms[key], err = parseTerm(value)
		}
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

// child builds a definition. The start is the name itself: whoever runs the script knows what to do with it.
func (a attributes) child(id string) Child {
	c := Child{
		Spec: plan.RawChild{
			ID: id, Start: id, Restart: a.term("restart"), Shutdown: a.term("shutdown"),
			Kind: a.term("type"), Significant: a.term("significant"),
		},
		Starts: a.starts,
		Stop:   a.stop,
	}
	switch a.term("missing") {
	case "id":
		c.Spec.ID = ""
	case "start":
		c.Spec.Start = nil
	}
	return c
}

func parseStarts(text string) ([]Outcome, error) {
	var starts []Outcome
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		o, err := parseOutcome(one)
		if err != nil {
			return nil, err
		}
		starts = append(starts, o)
	}
	if starts == nil {
		return nil, errors.New("starts needs an outcome")
	}
	return starts, nil
}

func parseOutcome(text string) (Outcome, error) {
	var o Outcome
	rest, hold := strings.CutPrefix(text, "hold:")
	o.Hold = hold
	kind, reason, has := strings.Cut(rest, ":")
	var err error
	switch {
	case kind == "ok" && !has:
	case kind == "ignore" && !has:
		o.Kind = StartIgnore
	case kind == "error" && has:
		o.Kind = StartError
		o.Reason, err = parseTerm(reason)
	case kind == "bad" && has:
		o.Kind = StartBad
		o.Reason, err = parseTerm(reason)
	default:
		err = fmt.Errorf("%q is no outcome, want ok, ignore, error:REASON, bad:REASON or hold:OUTCOME", text)
	}
	return o, err
}

func parseStop(text string) (Stop, error) {
	if reason, ok := strings.CutPrefix(text, "exit:"); ok {
		t, err := parseTerm(reason)
		return Stop{Mode: StopExit, Reason: t}, err
	}
	switch text {
	case "clean":
		return Stop{Mode: StopClean}, nil
	case "hang":
		return Stop{Mode: StopHang}, nil
	}
	return Stop{}, fmt.Errorf("%q is no answer to a stop, want clean, exit:REASON or hang", text)
}
