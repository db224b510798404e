// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/topic"
	"mabeam.dev/supervision"
)

func subscriberVerbs() []Verb {
	return []Verb{
		{
			Name: "subscribe", Group: Messages, Usage: "subscribe NAME PAUSE BOUND [TYPES [STREAMS]]", Min: 3, Max: 5, Example: "subscribe slow 2s 4 work.*",
			Doc: "Starts a process that is told of the journal's events by the bus /topics/topics, and pauses after each answer. At most BOUND events wait for it. * stands for one " +
				"part of a type or stream, > for all that follow.",
			check: func(s *Script, c *Command) []mistake {
				return slices.Concat(checkDuration(1)(s, c), checkBound(c))
			},
			run: subscribe,
		},
		{
			Name: "subscribers", Group: Look, Usage: "subscribers", Min: 0, Max: 0, Example: "subscribers",
			Doc: "Prints of each subscriber how many events it was given, or that it missed some. It fails if one was told of an event twice, too late or for nothing, or of neither an event nor a gap over it.",
			run: func(e *engine, _ *Command) (string, error) { return subscribers(e) },
		},
	}
}

func checkBound(c *Command) []mistake {
	a := c.Args[2]
	if n, err := strconv.Atoi(a.Text); err == nil && n > 0 {
		return nil
	}
	return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no number of events", a.Text), hint: "such as 4"}}
}

// audience is the bus of a script with its subscribers, in the order in which they came.
type audience struct {
	bus  *topic.Bus
	list []*listener
}

// listener is a subscriber. What it was told outlives its incarnations.
type listener struct {
	name  string
	spec  topic.Spec
	pause time.Duration
	bus   *topic.Bus
	since events.Position // the head when it came
	given []events.Position
	gaps  []topic.Gap
}

// told is what a listener's process takes.
type told struct {
	batch topic.Batch
	err   error
}

// listening is one incarnation of a listener.
type listening struct {
	*listener
	sub *topic.Subscription
}

// Init goes on where the incarnation before ended.
func (l *listening) Init(ctx *actors.Context[told]) (err error) {
	spec := l.spec
	spec.After = max(l.since, l.through())
	if l.sub, err = topic.Subscribe(ctx, l.bus, spec); err == nil {
		l.ask(ctx)
	}
	return err
}

// through is the last position that it knows of.
func (l *listener) through() (at events.Position) {
	if n := len(l.given); n > 0 {
		at = l.given[n-1]
	}
	if n := len(l.gaps); n > 0 {
		at = max(at, l.gaps[n-1].To)
	}
	return at
}

func (l *listening) ask(ctx *actors.Context[told]) {
	topic.Ask(ctx, l.sub, func(b topic.Batch, err error) told { return told{b, err} })
}

// Receive notes what it was told, and takes its time.
func (l *listening) Receive(ctx *actors.Context[told], m told) error {
	if m.err != nil {
		return m.err
	}
	if !m.batch.Gap.IsZero() {
		l.gaps = append(l.gaps, m.batch.Gap)
	}
	for _, e := range m.batch.Events {
		l.given = append(l.given, e.Position)
	}
	if l.pause > 0 {
		if err := ctx.System().Sleep(ctx, l.pause); err != nil {
			return err
		}
	}
	l.ask(ctx)
	return nil
}

func subscribe(e *engine, c *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	sys, j := e.node.System(), e.node.Journal()
	if e.audience == nil {
		bus := topic.New(j, topic.Options{})
		_, err := supervision.Start(sys, "topics", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
			Children:  []supervision.Child{supervision.Worker(bus.Name(), bus.Behavior, bus.ProcessOptions()...)},
		})
		if err != nil {
			return "", err
		}
		e.audience = &audience{bus: bus}
	}
	l := &listener{name: c.Args[0].Text, bus: e.audience.bus}
	l.pause, _ = time.ParseDuration(c.Args[1].Text) // checked before the script ran, as the bound was
	l.spec.Events, _ = strconv.Atoi(c.Args[2].Text)
	if len(c.Args) > 3 {
		l.spec.Types = c.Args[3].Text
	}
	if len(c.Args) > 4 {
		l.spec.Streams = c.Args[4].Text
	}
	if slices.ContainsFunc(e.audience.list, func(o *listener) bool { return o.name == l.name }) {
		return "", fmt.Errorf("there is a subscriber %s already", l.name)
	}
	var err error
	if l.since, err = j.Head(e.ctx); err != nil {
		return "", err
	}
	_, err = supervision.Start(sys, l.name, supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{supervision.Worker("subscriber", func() actors.Behavior[told] {
			return &listening{listener: l}
		}, actors.Kind("subscriber"))},
	})
	if err == nil {
		e.audience.list = append(e.audience.list, l)
	}
	return "", err
}

func subscribers(e *engine) (string, error) {
	if e.audience == nil {
		return "", errors.New("there are no subscribers: subscribe comes first")
	}
	var b strings.Builder
	for _, l := range e.audience.list {
		if err := l.accounts(e); err != nil {
			return b.String(), fmt.Errorf("%s: %w", l.name, err)
		}
		if len(l.gaps) > 0 { // which ones depends on the order of turns
			fmt.Fprintf(&b, "%s missed events and knows which\n", l.name)
			continue
		}
		fmt.Fprintf(&b, "%s was given %d events\n", l.name, len(l.given))
	}
	return b.String(), nil
}

// accounts holds what a listener was told against the journal, as far as the bus has come with it.
func (l *listener) accounts(e *engine) error {
	types, streams, err := topic.Matchers(l.spec)
	if err != nil {
		return err
	}
	next, end := 0, l.through()
	for ev, err := range e.node.Journal().Replay(e.ctx, l.since+1) {
		if err != nil {
			return err
		}
		if ev.Position > end {
			break
		}
		missed := slices.ContainsFunc(l.gaps, func(g topic.Gap) bool { return g.From <= ev.Position && ev.Position <= g.To })
		given := next < len(l.given) && l.given[next] == ev.Position
		if given {
			next++
		}
		if selected := types(ev.Type) && streams(string(ev.Stream)); selected && !given && !missed || !selected && given {
			return fmt.Errorf("position %d: selected %t, given %t, in a gap %t", ev.Position, selected, given, missed)
		}
	}
	if next != len(l.given) {
		return fmt.Errorf("position %d was given again, or out of order", l.given[next])
	}
	return nil
}
