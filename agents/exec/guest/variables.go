// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
)

// ErrNoVariables is returned where the node has no shared variables for the program, or the context is that of no [Handler] and no [Hello].OnChange.
var ErrNoVariables = fault.New(4736, "guest: the node has no variables for the program")

// RefusedError is the node's answer to what a program said of a shared variable, where it was not taken.
type RefusedError struct {
	// Variable is what was said of, Code the node's code, such as E4682 for a variable that cools down; Message is for people.
	Variable, Code, Message string
	// After is before when another attempt is in vain; 0 if that is not known.
	After time.Duration
}

// Error names the variable and gives the node's message.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("guest: variable %q: %s: %s", e.Variable, e.Code, e.Message)
}

// FaultCode is E4737.
func (*RefusedError) FaultCode() fault.Code { return 4737 }

// Change is a change of what the program sees of a shared variable.
type Change struct {
	// Variable is SPACE/NAME, Value what it is now, JSON; see [Get].
	Variable string
	Value    json.RawMessage
	// Version is that of the value. Reports name it.
	Version string
	// Scope is whom the value is for, such as agent/ann; empty if for all.
	Scope string
	// Cause is why it was changed: user, agent, adapter, rollback, override, expiry and so on.
	Cause string
	// Missed says that there were values in between which the program was not told.
	Missed bool
}

// Sharer hears of changes, one after the other in their order; those that come while it works on one are put together by variable. Where the node asks whether the program uses a
// change, a nil error is the program's word that it does; after an error nothing is said. It is called on one goroutine; ctx ends with Serve.
type Sharer func(ctx context.Context, c Change) error

// shared is what a server knows of variables.
type shared struct {
	on   bool // the node has some for the program
	seen map[string]told
	wait map[string]chan told // by ids of what was said; each gets one answer
	said int                  // so far

	pending []told        // changes that OnChange has not had
	more    chan struct{} // says that there are some; capacity 1
}

// told is a line of the node about variables.
type told struct {
	Space     string          `json:"space"`
	Variables []told          `json:"variables"`
	Variable  string          `json:"variable"`
	Value     json.RawMessage `json:"value"`
	Version   string          `json:"version"`
	Scope     string          `json:"scope"`
	Cause     string          `json:"cause"`
	Gap       json.RawMessage `json:"gap"`
	Confirm   bool            `json:"confirm"`

	ID      string `json:"id"`
	OK      bool   `json:"ok"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Retry   int64  `json:"retry_ms"`
	Again   bool   `json:"again"`
}

func (t told) name() string { return t.Space + "/" + t.Variable }

// share notes whether the node has variables for the program.
func (s *server) share(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shared.on = on
}

// hear takes a line about variables.
func (s *server) hear(kind string, text []byte, listen Sharer) error {
	var t told
	if err := json.Unmarshal(text, &t); err != nil {
		return fmt.Errorf("guest: read %q: %w", text, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case "variables":
		for _, v := range t.Variables {
			v.Space = t.Space
			s.shared.seen[v.name()] = v
		}
	case "variable":
		s.shared.seen[t.name()] = t
		if listen == nil {
			if t.Confirm {
				return s.sendLocked(t.applied())
			}
			return nil
		}
		same := func(p told) bool { return p.name() == t.name() }
		if slices.ContainsFunc(s.shared.pending, same) {
			s.shared.pending = slices.DeleteFunc(s.shared.pending, same)
			t.Gap = json.RawMessage("true")
		}
		s.shared.pending = append(s.shared.pending, t)
		select {
		case s.shared.more <- struct{}{}:
		default:
		}
	case "answer":
		if to := s.shared.wait[t.ID]; to != nil {
			delete(s.shared.wait, t.ID)
			to <- t
		}
	}
	return nil
}

func (t told) applied() map[string]any {
	return map[string]any{"type": "applied", "space": t.Space, "variable": t.Variable, "version": t.Version}
}

// listen gives changes to OnChange until ctx ends.
func (s *server) listen(ctx context.Context, on Sharer) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.shared.more:
		}
		for ctx.Err() == nil {
			s.mu.Lock()
			if len(s.shared.pending) == 0 {
				s.mu.Unlock()
				break
			}
			t := s.shared.pending[0]
			s.shared.pending = s.shared.pending[1:]
			s.mu.Unlock()
			err := on(ctx, Change{t.name(), t.Value, t.Version, t.Scope, t.Cause, len(t.Gap) > 0})
			if err == nil && t.Confirm {
				_ = s.send(t.applied()) // a node that has gone is noticed by the reader
			}
		}
	}
}

// find is what the program sees under a name: SPACE/NAME, or NAME alone where one space alone has it.
func (s *server) find(name string) (told, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.shared.seen[name]; ok {
		return t, true
	}
	var found []told
	for _, t := range s.shared.seen { // one or none counts: the order does not matter
		if t.Variable == name {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return told{}, false
	}
	return found[0], true
}

// Get returns what the program sees of a shared variable: SPACE/NAME, or NAME alone where one space alone has it. The value is decoded as JSON: a number, a text (of a choice), a
// bool, a []string (of a team), or a struct of fields. ctx is that of a [Handler] or of OnChange. It is false for a variable that the program does not see, and for one of another form.
func Get[T any](ctx context.Context, name string) (value T, ok bool) {
	value, _, ok = Load[T](ctx, name)
	return value, ok
}

// Load is Get with the version of the value, which reports name.
func Load[T any](ctx context.Context, name string) (value T, version string, ok bool) {
	s, inside := ctx.Value(serverKey{}).(*server)
	if !inside {
		return value, "", false
	}
	t, seen := s.find(name)
	if !seen || json.Unmarshal(t.Value, &value) != nil {
		var none T
		return none, "", false
	}
	return value, t.Version, true
}

// Suggestion is what a program proposes for a shared variable.
type Suggestion struct {
	// Variable is SPACE/NAME, or NAME alone where the program sees one space alone. Value is written as JSON.
	Variable string
	Value    any
	// Rationale is why, for people; it must be there.
	Rationale string
	// Base, if it is set, is the version that the variable must still have.
	Base string
	// Key, if it is set, makes what is suggested again within ten minutes the same suggestion.
	Key string
}

// Suggested is a suggestion that was committed.
type Suggested struct {
	// Value is what was committed, JSON, and Version its version.
	Value   json.RawMessage
	Version string
	// Again says that the key was known: nothing was committed now.
	Again bool
}

// Suggest proposes a value, and returns when it is committed or refused: then the error is a [*RefusedError]. What was suggested may be committed although ctx has ended. Where others must
// agree that takes as long as they do.
func Suggest(ctx context.Context, x Suggestion) (Suggested, error) {
	m := map[string]any{"type": "suggest", "value": x.Value, "rationale": x.Rationale}
	said(m, "base", x.Base, x.Base != "")
	said(m, "key", x.Key, x.Key != "")
	t, err := say(ctx, x.Variable, m)
	return Suggested{t.Value, t.Version, t.Again}, err
}

// Feedback is what a program has measured while it used a shared variable.
type Feedback struct {
	// Variable is as in [Suggestion]; Version is that of the value that was used, as [Load] gave it.
	Variable, Version string
	// Metrics are the figures, by their names: latency, quality, cost.
	Metrics map[string]float64
	// Weight is how much the report counts; 0 means 1.
	Weight float64
}

// Report tells the node what the program has measured. A [*RefusedError] says that it does not count: the version is not the present one, or nobody adapts the variable.
func Report(ctx context.Context, f Feedback) error {
	m := map[string]any{"type": "report", "version": f.Version, "metrics": f.Metrics}
	said(m, "weight", f.Weight, f.Weight != 0)
	_, err := say(ctx, f.Variable, m)
	return err
}

// say sends a line about a variable and waits for its answer.
func say(ctx context.Context, variable string, m map[string]any) (told, error) {
	s, ok := ctx.Value(serverKey{}).(*server)
	if !ok {
		return told{}, ErrNoVariables
	}
	if space, name, full := strings.Cut(variable, "/"); full {
		m["space"], m["variable"] = space, name
	} else {
		m["variable"] = variable
	}
	answer := make(chan told, 1) // the reader sends once
	s.mu.Lock()
	if !s.shared.on {
		s.mu.Unlock()
		return told{}, ErrNoVariables
	}
	s.shared.said++
	id := "v" + strconv.Itoa(s.shared.said)
	m["id"] = id
	s.shared.wait[id] = answer
	err := s.sendLocked(m)
	s.mu.Unlock()
	if err == nil {
		select {
		case t := <-answer:
			if !t.OK {
				return told{}, &RefusedError{Variable: variable, Code: t.Code, Message: t.Message, After: time.Duration(t.Retry) * time.Millisecond}
			}
			return t, nil
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shared.wait, id)
	return told{}, err
}

func newShared() shared {
	return shared{seen: map[string]told{}, wait: map[string]chan told{}, more: make(chan struct{}, 1)}
}
