// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"mabeam.dev/protocols/selector"
)

// recordLearned is the kind of the record in a snapshot that has what was learned from the sessions that the snapshot leaves out.
const recordLearned = "learned"

// experience is what an engine has measured of protocols. It is a function of the records of sessions that have ended, in the order of their ends.
type experience struct {
	mu struct {
		sync.Mutex
		history selector.History
	}
}

func (x *experience) get() selector.History {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.mu.history // Learn and Adapt make new ones
}

func (x *experience) set(h selector.History) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mu.history = h
}

// SessionSelected is the event: the protocol of a session was chosen by what has been measured.
type SessionSelected struct {
	Which
	Choice selector.Choice // with what was known of each candidate, and the seed: the same history and seed choose the same
}

// EventName returns "session.selected".
func (SessionSelected) EventName() string { return "session.selected" }

// LogLevel is Debug.
func (SessionSelected) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names session and protocol, and says how the candidates stood.
func (e SessionSelected) LogAttrs() []slog.Attr {
	return append(e.Which.LogAttrs(), slog.Bool("explored", e.Choice.Explored), slog.Uint64("seed", e.Choice.Seed), slog.String("candidates", scores(e.Choice.Scores)))
}

// scores are candidates in words.
func scores(all []selector.Score) string {
	said := make([]string, len(all))
	for i, s := range all {
		said[i] = candidate(s.Candidate)
		if s.Count > 0 {
			said[i] += fmt.Sprintf(" %.3f of %.1f", s.Mean, s.Count)
		}
	}
	return strings.Join(said, ", ")
}

func candidate(c selector.Candidate) string {
	if c.FanOut > 0 {
		return fmt.Sprintf("%s/%d", c.Protocol, c.FanOut)
	}
	return string(c.Protocol)
}

// choose gives an entry its protocol: the one of the table, or where the engine adapts one that is as safe and was measured to do better. One that cannot
// run the spec is not chosen for what was measured.
func (e *Engine) choose(n *entry) error {
	s := e.selector()
	p := profile(n.setup.Spec, n.setup.Electorate.Len())
	static, err := s.Select(p)
	if err != nil {
		return err
	}
	if e.o.Adaptive {
		c, _, err := s.Adapt(p, e.measured.get(), n.setup.Spec.Seed)
		if err == nil && len(c.Scores) > 1 && e.equip(n, c.Selection) == nil {
			n.choice = &c
			return nil
		}
	}
	return e.equip(n, static)
}

// equip gives an entry a protocol, or says why that cannot run it.
func (e *Engine) equip(n *entry, selected selector.Selection) error {
	p, ok := e.protocol(selected.Protocol)
	if !ok {
		return &selector.UnknownProtocolError{Protocol: selected.Protocol}
	}
	if selected.Ratify || selected.Protocol == selector.Byzantine {
		if _, err := e.identities(n.setup.Electorate); err != nil {
			return err
		}
	}
	if err := e.durable(n.setup.Spec, p); err != nil {
		return err
	}
	n.proto, n.setup.Selection = p, selected
	if _, err := n.stepper(); err != nil { // what cannot run is refused before anything is sent
		return errors.Join(selector.ErrInvalidSpec, err)
	}
	return nil
}

// lesson is what the end of a session has taught something about.
type lesson struct {
	Bucket    selector.Bucket    `json:"bucket"`
	Candidate selector.Candidate `json:"candidate"`
}

// learn takes in what a session has come to.
func (e *Engine) learn(n *entry, r Result) {
	if !e.o.Adaptive {
		return
	}
	s := e.selector()
	l := lessonOf(s, n.setup, r)
	n.mu.Lock()
	n.mu.lesson = l
	n.mu.Unlock()
	e.measured.mu.Lock()
	defer e.measured.mu.Unlock()
	e.measured.mu.history = learned(s, e.measured.mu.history, l, n.setup, r)
}

// lessonOf says what the end of a session teaches something about; nil for nothing. Sessions whose end says nothing of the protocol teach nothing, nor do
// those of protocols that would not be chosen for such a session.
func lessonOf(s selector.Selector, of Setup, r Result) *lesson {
	if r.State == StateCancelled || r.State == StateRejected || !r.State.Ended() {
		return nil
	}
	p := profile(of.Spec, of.Electorate.Len())
	p.Protocol = "" // asked for by its name it is measured as well
	c := selector.Candidate{Protocol: of.Selection.Protocol, FanOut: of.Selection.FanOut}
	candidates, err := s.Candidates(p)
	if err != nil || len(candidates) < 2 || !slices.Contains(candidates, c) {
		return nil
	}
	return &lesson{selector.BucketOf(p), c}
}

// learned is a history with one more session, and with the favourite that follows.
func learned(s selector.Selector, h selector.History, l *lesson, of Setup, r Result) selector.History {
	if l == nil {
		return h
	}
	x := selector.Experience{Decided: r.State == StateDecided, Quality: -1, Time: float64(r.Took) / float64(max(of.Spec.Deadline, 1))}
	if of.Spec.Budget > 0 {
		x.Cost = float64(r.Cost) / float64(of.Spec.Budget)
	}
	h = h.Learn(l.Bucket, l.Candidate, x, selector.Weights{})
	p := profile(of.Spec, of.Electorate.Len())
	p.Protocol = ""
	if _, next, err := s.Adapt(p, h, 0); err == nil {
		h = next
	}
	return h
}

// withLearned puts before the records of a snapshot what was learned from those that it leaves out.
func (e *Engine) withLearned(all, kept []Record) []Record {
	if !e.o.Adaptive {
		return kept
	}
	stays, rated := map[SessionID]bool{}, map[SessionID]bool{} // rated later, which stays, or before
	for _, r := range kept {
		if r.Kind == recordRated {
			rated[r.Session] = true
		} else {
			stays[r.Session] = true
		}
	}
	var h selector.History
	s := e.selector()
	begun := map[SessionID]*entry{}
	for _, r := range all {
		switch {
		case r.Kind == recordLearned:
			_ = json.Unmarshal(r.Data, &h) // of another version: what it had is forgotten
		case stays[r.Session] && r.Kind != recordRated:
		case r.Kind == recordOpened:
			if n, err := e.reopen(r); err == nil {
				begun[r.Session] = n
			}
		case r.Kind == recordEnded:
			n := begun[r.Session]
			var result Result
			if n != nil && json.Unmarshal(r.Data, &result) == nil {
				h = learned(s, h, lessonOf(s, n.setup, result), n.setup, result)
				delete(begun, r.Session) // another life may have told its end as well
			}
		case r.Kind == recordRated && !rated[r.Session]:
			rated[r.Session] = true
			h = withRating(h, r)
		}
	}
	kept = slices.DeleteFunc(kept, func(r Record) bool { return r.Kind == recordLearned })
	text, err := json.Marshal(h)
	if err != nil || len(h.Records) == 0 {
		return kept
	}
	return slices.Insert(kept, 0, Record{Kind: recordLearned, Data: text})
}

// explainMeasured tells in words what was measured of the candidates for a spec, and which it makes of them.
func (e *Engine) explainMeasured(p selector.Profile) string {
	if !e.o.Adaptive {
		return ""
	}
	s := e.selector()
	var c selector.Choice
	for seed := uint64(1); ; seed++ { // one session in twenty tries something else: the explanation is of the others
		var err error
		if c, _, err = s.Adapt(p, e.measured.get(), seed); err != nil {
			return ""
		}
		if !c.Explored {
			break
		}
	}
	if len(c.Scores) < 2 {
		return "adaptive: safety or the kind of session leaves no choice\n"
	}
	var b strings.Builder
	total := 0.
	for _, x := range c.Scores {
		total += x.Count
	}
	fmt.Fprintf(&b, "adaptive: %.1f sessions like it were measured, older ones counting less\n", total)
	for _, x := range c.Scores {
		if x.Count == 0 {
			fmt.Fprintf(&b, "  %s: never\n", candidate(x.Candidate))
			continue
		}
		rated := ""
		if x.Rated > 0 {
			rated = fmt.Sprintf(", %.1f of them rated", x.Rated)
		}
		fmt.Fprintf(&b, "  %s: %.1f sessions%s, worth %.3f, at least %.3f\n", candidate(x.Candidate), x.Count, rated, x.Mean, x.Lower)
	}
	fmt.Fprintf(&b, "adaptive choice: %s\n", c.Selection)
	return b.String()
}
