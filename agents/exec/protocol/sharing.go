// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/actors/fault"
)

// maxUnanswered bounds the lines about variables that wait for an answer of the owner.
const maxUnanswered = 64

// Shares reports whether the program has said that it reads of variables, and there are some for it.
func (s *Session) Shares() bool { return s.shares }

// SplitVariables divides a space into as many lines as it needs. A variable that makes no line of its own is left out, and told by [ErrVariableLine].
func (s *Session) SplitVariables(v Variables) ([]Variables, error) {
	line, err := Encode(v)
	n := len(v.Variables)
	switch {
	case err == nil && len(line)-1 <= s.cfg.LineLimit:
		return []Variables{v}, nil
	case err == nil:
		err = fmt.Errorf("line of %d bytes is longer than %d", len(line)-1, s.cfg.LineLimit)
	}
	if n <= 1 {
		name := ""
		if n == 1 {
			name = v.Variables[0].Variable
		}
		v.Variables = []VariableValue{} // somebody may wait for the last line of several
		return []Variables{v}, fmt.Errorf("%w: %q: %w", ErrVariableLine, name, err)
	}
	left, right := v, v
	left.Variables, left.More = v.Variables[:n/2], true
	right.Variables = v.Variables[n/2:]
	one, err1 := s.SplitVariables(left)
	two, err2 := s.SplitVariables(right)
	return append(one, two...), errors.Join(err1, err2)
}

// TellVariables tells the program of a space, or of a part of one. It answers [ErrNotReady], [ErrStopping], [ErrNoVariables] and [ErrVariableLine]; nothing has changed then.
func (s *Session) TellVariables(v Variables) ([]Action, error) {
	actions, err := s.tell(v)
	if err != nil {
		return nil, fmt.Errorf("protocol: tell of space %q: %w", v.Space, err)
	}
	return actions, nil
}

// TellVariable tells the program of a change. The errors are those of [Session.TellVariables].
func (s *Session) TellVariable(c VariableChange) ([]Action, error) {
	actions, err := s.tell(c)
	if err != nil {
		return nil, fmt.Errorf("protocol: tell of variable %q: %w", c.Variable, err)
	}
	return actions, nil
}

func (s *Session) tell(c Command) ([]Action, error) {
	if err := s.sharing(); err != nil {
		return nil, err
	}
	line, err := Encode(c)
	if err == nil && len(line)-1 > s.cfg.LineLimit {
		err = fmt.Errorf("line of %d bytes is longer than %d", len(line)-1, s.cfg.LineLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVariableLine, err)
	}
	s.act(WriteLine{Line: line})
	return s.flush(), nil
}

// sharing says why the program cannot be told of variables.
func (s *Session) sharing() error {
	switch {
	case s.state == Starting:
		return ErrNotReady
	case s.state != Running || s.inputClosed:
		return ErrStopping
	case !s.shares:
		return ErrNoVariables
	}
	return nil
}

// Answer answers a line about variables. It answers [ErrStopping] when the program is not to be told any more. What makes the answer too long for a line is left out.
func (s *Session) Answer(a Answer) ([]Action, error) {
	if i := slices.Index(s.unanswered, a.ID); i >= 0 {
		s.unanswered = slices.Delete(s.unanswered, i, i+1)
	}
	if s.inputClosed || s.state >= Killing {
		return nil, fmt.Errorf("protocol: answer %s: %w", quoteHead([]byte(a.ID)), ErrStopping)
	}
	line, err := Encode(a)
	if err != nil || len(line)-1 > s.cfg.LineLimit {
		a.Value, a.Message = nil, string(head([]byte(a.Message)))
		if line, err = Encode(a); err != nil {
			return nil, fmt.Errorf("protocol: answer %s: %w", quoteHead([]byte(a.ID)), err)
		}
	}
	s.act(WriteLine{Line: line})
	return s.flush(), nil
}

func (s *Session) suggestCame(m Suggest) {
	id, ok := s.addressed(m.ID, true)
	if !ok {
		return
	}
	if x, err := m.judge(id); s.taken(id, err) {
		s.act(Suggested{Suggestion: x})
	}
}

func (s *Session) reportCame(m Report) {
	id, ok := s.addressed(m.ID, false)
	if !ok {
		return
	}
	if x, err := m.judge(id); s.taken(id, err) {
		s.act(Reported{Feedback: x})
	}
}

func (s *Session) appliedCame(m Applied) {
	id, ok := s.addressed(m.ID, false)
	if !ok {
		return
	}
	if x, err := m.judge(id); s.taken(id, err) {
		s.act(Confirmed{Confirmation: x})
	}
}

// addressed reads the id of a line about variables; a line whose id cannot be answered is told, and that is all.
func (s *Session) addressed(raw json.RawMessage, must bool) (id string, ok bool) {
	if !given(raw) && !must {
		return "", true
	}
	switch err := json.Unmarshal(raw, &id); {
	case err != nil || id == "":
		s.refuseVariable("", fmt.Errorf("%w: id is no text: %s", ErrVariableMalformed, quoteHead(raw)))
	case len(id) > maxVariableName:
		s.refuseVariable("", fmt.Errorf("%w: id %s is longer than %d bytes", ErrVariableRange, quoteHead([]byte(id)), maxVariableName))
	case slices.Contains(s.unanswered, id):
		s.refuseVariable("", fmt.Errorf("%w: %s", ErrVariableTwice, quoteHead([]byte(id))))
	default:
		return id, true
	}
	return "", false
}

// taken reports whether a line is for the owner, who is to answer its id. One that is not is told, and answered.
func (s *Session) taken(id string, err error) bool {
	switch {
	case !s.shares:
		err = ErrNoVariables
	case err == nil && id != "" && len(s.unanswered) >= maxUnanswered:
		err = ErrVariableBusy
	}
	if err == nil {
		if id != "" {
			s.unanswered = append(s.unanswered, id)
		}
		return true
	}
	s.refuseVariable(id, err)
	return false
}

// Refusal is the answer that gives an error, with its code.
func Refusal(id string, err error) Answer {
	a := Answer{ID: id, Message: err.Error()}
	if code := fault.CodeOf(err); code != 0 {
		a.Code = code.String()
	}
	return a
}

// RetryAfter makes an answer say before when another one is in vain.
func (a Answer) RetryAfter(d time.Duration) Answer {
	a.RetryMS = max(1, (d + time.Millisecond - 1).Milliseconds())
	return a
}

// refuseVariable tells of a line that does not count.
func (s *Session) refuseVariable(id string, why error) {
	s.badVariables++
	s.act(VariableRefused{Err: &VariableError{ID: id, Err: why}, Total: s.badVariables})
}

// VariableError is a line about variables that does not count.
type VariableError struct {
	ID  string // that the program named and that can be answered; else empty
	Err error  // what is wrong: one of the ErrVariable sentinels, ErrNoVariables, or what the owner said
}

// Error names the id and what is wrong.
func (e *VariableError) Error() string {
	return "protocol: line " + strconv.QuoteToASCII(e.ID) + " about a variable: " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *VariableError) Unwrap() error { return e.Err }

// Kind is what is wrong in a word, for logs and metric labels.
func (e *VariableError) Kind() string {
	for _, k := range variableKinds {
		if errors.Is(e.Err, k.err) {
			return k.word
		}
	}
	return "other"
}

var variableKinds = []struct {
	err  error
	word string
}{
	{ErrNoVariables, "no_variables"},
	{ErrVariableBusy, "busy"},
	{ErrVariableTwice, "duplicate"},
	{ErrVariableUnknown, "unknown"},
	{ErrVariableMalformed, "malformed"},
	{ErrVariableRange, "out_of_range"},
}
