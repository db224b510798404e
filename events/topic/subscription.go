// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

// ErrAsked is the answer to a question of a subscription whose question before is still open.
var ErrAsked = fault.New(2303, "topic: asked already")

// Spec says what a process wants to hear of. The zero Spec selects everything from now on.
type Spec struct {
	// Types and Streams are patterns, see the package; an event is selected if both match.
	Types, Streams string
	// After is the position up to which the subscriber knows the journal already, for example the end of a gap that it has read; 0 means the journal's head when it
	// subscribes. Where the bus does not remember back so far the first answer begins with a gap.
	After events.Position
	// Events and Bytes bound what waits for the subscriber; 0 means 1,024 events and 4 MiB. One event waits, however large it is.
	Events, Bytes int
	// Page is how many events one answer holds at most; 0 means 64.
	Page int
}

func (s Spec) withDefaults() Spec {
	for _, d := range []struct {
		field *int
		value int
	}{{&s.Events, 1024}, {&s.Bytes, 4 << 20}, {&s.Page, 64}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return s
}

// Matchers gives the functions that tell whether a type and a stream are what the spec's patterns select; the errors are those of [Subscribe]. A subscriber that reads a gap in the journal needs
// them.
func Matchers(s Spec) (types, streams func(name string) bool, err error) {
	t, err := parse("types", s.Types, typeSeparator)
	p, err2 := parse("streams", s.Streams, streamSeparator)
	return t.matches, p.matches, errors.Join(err, err2)
}

// Subscription is a process's own place at a bus. It ends with the process.
type Subscription struct {
	bus    *Bus
	spec   Spec
	filter filter
	owner  actors.PID
	told   atomic.Uint64 // everything selected up to here was given, or was in a gap
}

// Subscribe makes a subscription of the process. The bus hears of it with the first [Ask]. The errors join all problems of the patterns, each a [*PatternError], or are those of
// reading the journal's head.
func Subscribe[N any](c *actors.Context[N], b *Bus, s Spec) (*Subscription, error) {
	types, err := parse("types", s.Types, typeSeparator)
	streams, err2 := parse("streams", s.Streams, streamSeparator)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	sub := &Subscription{bus: b, spec: s.withDefaults(), filter: filter{types, streams}, owner: c.PID()}
	from := sub.spec.After
	if from == 0 {
		if from, err = b.journal.Head(c); err != nil {
			return nil, err
		}
	}
	sub.told.Store(uint64(from))
	return sub, nil
}

// Batch is one answer of the bus: a gap, or events, or both, and then the gap comes first.
type Batch struct {
	// Gap tells that the subscriber was too slow, or the bus was away: what it selects in that range was not given, unless it was given before.
	Gap Gap
	// Events are the next ones, in the order of their positions.
	Events []events.Event
	// Through is the position up to which everything selected was given, or lay in a gap.
	Through events.Position
}

// Ask asks for the next events. The process is not held up: the answer, when there is something to tell, becomes the message that then makes, in a later turn. One
// question is answered once. While the bus is away it waits and asks again; the errors are [ErrAsked] and the cause of the process's end. then runs outside of the
// process's turns and must only make the message.
func Ask[N any](c *actors.Context[N], s *Subscription, then func(Batch, error) N) {
	sys := c.System()
	c.Go(func(ctx context.Context) N { return then(s.next(ctx, sys)) })
}

// The pauses of who waits for the bus to come back.
const (
	firstPause   = 20 * time.Millisecond
	longestPause = 2 * time.Second
)

func (s *Subscription) next(ctx context.Context, sys *actors.System) (Batch, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		after := events.Position(s.told.Load())
		b, err := actors.CallForever(ctx, s.bus.ref, func(r actors.Reply[Batch]) Message { return ask{sub: s, after: after, reply: r} })
		if err == nil {
			s.told.Store(uint64(b.Through))
			return b, nil
		}
		var died *actors.CallError
		if away := errors.Is(err, actors.ErrNoProc) || errors.As(err, &died); !away || ctx.Err() != nil {
			return Batch{}, err
		}
		if sys.Sleep(ctx, pause) != nil {
			return Batch{}, err
		}
	}
}
