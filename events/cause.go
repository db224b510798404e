// SPDX-License-Identifier: Apache-2.0

package events

import "context"

// Cause is what new events follow from: the piece of work they belong to, and the event or message that they are the effect of.
type Cause struct{ Correlation, Causation ID }

// IsZero reports whether nothing is known.
func (c Cause) IsZero() bool { return c == Cause{} }

// CauseBy gives the cause of everything that an event leads to: its correlation, or its own id if it has none and so begins a piece of work, and its id.
func CauseBy(e Event) Cause {
	c := Cause{Correlation: e.Correlation, Causation: e.ID}
	if c.Correlation.IsZero() {
		c.Correlation = e.ID
	}
	return c
}

// Of gives the event with the cause where it names none of its own. Processes use it for [Submit]; [Journal.Append] takes the cause from its context.
func (c Cause) Of(n New) New {
	if n.Correlation.IsZero() {
		n.Correlation = c.Correlation
	}
	if n.Causation.IsZero() {
		n.Causation = c.Causation
	}
	return n
}

type causeKey struct{}

// WithCause gives a context under which [Journal.Append] and [Journal.AppendMany] give this cause to events that name none, so that chains come about by themselves. The handlers of
// events/follow have such a context for the event in hand. An append that is repeated must be repeated under the same cause: it is part of the content.
func WithCause(ctx context.Context, c Cause) context.Context {
	return context.WithValue(ctx, causeKey{}, c)
}

// CauseOf gives the cause that a context carries, else the zero Cause.
func CauseOf(ctx context.Context) Cause {
	c, _ := ctx.Value(causeKey{}).(Cause) // the zero Cause, if there is none
	return c
}

// fill gives the appends the cause of the context.
func fill(ctx context.Context, appends []Append) {
	c := CauseOf(ctx)
	if c.IsZero() {
		return
	}
	for i := range appends {
		for k := range appends[i].Events {
			appends[i].Events[k] = c.Of(appends[i].Events[k])
		}
	}
}
