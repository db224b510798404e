// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/telemetry"
)

// ErrUndecided is returned to who would rate a session that has no decision, or none yet.
var ErrUndecided = fault.New(4719, "protocols: the session has decided nothing")

// RatedError is returned to who rates a decision otherwise than somebody has before.
type RatedError struct {
	ID   SessionID // of the session
	Have int64     // its rating, in millionths
}

// Error has the rating.
func (e *RatedError) Error() string {
	return fmt.Sprintf("protocols: session %q was rated %g before", string(e.ID), float64(e.Have)/machine.One)
}

// FaultCode is E4720.
func (*RatedError) FaultCode() fault.Code { return 4720 }

// SessionRated is the event: somebody said how good the decision of a session turned out.
type SessionRated struct {
	Which
	Quality int64 // in millionths
}

// EventName returns "session.rated".
func (SessionRated) EventName() string { return "session.rated" }

// LogLevel is Debug.
func (SessionRated) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names session and protocol, and has the rating.
func (e SessionRated) LogAttrs() []slog.Attr {
	return append(e.Which.LogAttrs(), slog.Float64("quality", float64(e.Quality)/machine.One))
}

// rating is what somebody said of a decision.
type rating struct {
	quality int64
	stored  bool // or there is nothing to store it in
}

// rated is the content of a record of that kind: what it teaches something about is in it, as the session may be forgotten when it is read.
type rated struct {
	Quality int64   `json:"quality"` // in millionths
	Lesson  *lesson `json:"lesson,omitempty"`
}

// Rate tells how good the decision of a session turned out, from 0 to 1,000,000 millionths: an engine that adapts goes by it, besides what it measures by
// itself. It returns when that is as durable as the session was. Once said it stays: the same again is nothing new, and another rating a *RatedError. A session
// that has been forgotten is looked up in the journal. *SpecError for a rating that is none, ErrNotFound, ErrUndecided, ErrUnavailable.
func (e *Engine) Rate(ctx context.Context, id SessionID, quality int64) error {
	if quality < 0 || quality > machine.One {
		return &SpecError{"quality", fmt.Sprintf("%d is not from 0 to 1,000,000", quality)}
	}
	n, err := e.find("rate", id)
	if errors.Is(err, ErrNotFound) {
		if n, err = e.recollect(ctx, id); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	stored, err := n.rate(quality)
	if err != nil || stored {
		return err
	}
	n.mu.Lock()
	l, r := n.mu.lesson, *n.mu.result
	n.mu.Unlock()
	sys := e.system()
	if sys == nil {
		return fmt.Errorf("protocols: rate %q: %w", string(id), ErrUnavailable)
	}
	if e.o.Journal != nil && r.Durable {
		data, err := json.Marshal(rated{quality, l})
		if err == nil {
			_, err = actors.CallForever(ctx, e.historian, func(reply actors.Reply[uint64]) historianMessage {
				return store{[]Record{{Session: id, Kind: recordRated, At: sys.Now(), Data: data}}, reply}
			})
		}
		if err != nil {
			return fmt.Errorf("protocols: rate %q: %w: %w", string(id), ErrUnavailable, err)
		}
	}
	n.mu.Lock()
	again := n.mu.rating.stored // by who said the same at the same time
	n.mu.rating.stored = true
	n.mu.Unlock()
	if again {
		return nil
	}
	if l != nil && e.o.Adaptive {
		e.measured.rate(*l, quality)
	}
	telemetry.Emit(sys.Events(), SessionRated{Which{id, r.Protocol, n.correlation, r.Epoch}, quality})
	return nil
}

// Rating is what was said of a decision; ok is false for nothing.
func (e *Engine) Rating(id SessionID) (quality int64, ok bool) {
	n := e.index.get(id)
	if n == nil {
		return 0, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.rating == nil || !n.mu.rating.stored {
		return 0, false
	}
	return n.mu.rating.quality, true
}

// rate notes a rating. It is stored if it was before.
func (n *entry) rate(quality int64) (stored bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch r := n.mu.rating; {
	case n.mu.state != StateDecided:
		return false, fmt.Errorf("protocols: rate %q: it is %s: %w", string(n.id), n.mu.state, ErrUndecided)
	case r == nil:
		n.mu.rating = &rating{quality: quality}
		return false, nil
	case r.quality != quality:
		return false, &RatedError{n.id, r.quality}
	default:
		return r.stored, nil
	}
}

func (x *experience) rate(l lesson, quality int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mu.history = x.mu.history.Rate(l.Bucket, l.Candidate, float64(quality)/machine.One, selector.Weights{})
}

// withRating is a history with a rating that the journal has.
func withRating(h selector.History, r Record) selector.History {
	var said rated
	if json.Unmarshal(r.Data, &said) != nil || said.Lesson == nil {
		return h
	}
	return h.Rate(said.Lesson.Bucket, said.Lesson.Candidate, float64(said.Quality)/machine.One, selector.Weights{})
}

// refoldRating takes in a rating that the journal has. One that is there twice, because nobody knew whether it was stored, counts once.
func (e *Engine) refoldRating(r Record) {
	var said rated
	if json.Unmarshal(r.Data, &said) != nil {
		return
	}
	if n := e.index.get(r.Session); n != nil {
		n.mu.Lock()
		again := n.mu.rating != nil
		n.mu.rating = &rating{said.Quality, true}
		n.mu.Unlock()
		if again {
			return
		}
	}
	if said.Lesson != nil && e.o.Adaptive {
		e.measured.rate(*said.Lesson, said.Quality)
	}
}

// recollect makes the entry of a forgotten session from the journal, as far as it takes to rate it. It is nobody's but the caller's.
func (e *Engine) recollect(ctx context.Context, id SessionID) (*entry, error) {
	missing := fmt.Errorf("protocols: rate %q: %w", string(id), ErrNotFound)
	if e.o.Journal == nil {
		return nil, missing
	}
	var n *entry
	err := e.o.Journal.Read(ctx, e.o.Stream, 0, func(_ uint64, text []byte) error {
		var r Record
		if json.Unmarshal(text, &r) != nil || r.Session != id {
			return nil
		}
		switch r.Kind {
		case recordOpened:
			if made, err := e.reopen(r); err == nil {
				n = made
			}
		case recordEnded:
			var result Result
			if n == nil || json.Unmarshal(r.Data, &result) != nil {
				return nil
			}
			if _, first := n.end(0, &result, result.err(), r.At); first && e.o.Adaptive {
				n.mu.lesson = lessonOf(e.selector(), n.setup, result)
			}
		case recordRated:
			var said rated
			if n != nil && json.Unmarshal(r.Data, &said) == nil {
				n.mu.rating = &rating{said.Quality, true}
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("protocols: rate %q: %w: %w", string(id), ErrUnavailable, err)
	case n == nil:
		return nil, missing
	}
	return n, nil
}
