// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/supervision"
)

// crowd are processes of one kind under a supervisor, which are started when they are first named.
type crowd struct {
	engine *engine
	path   string // of the supervisor
}

// process returns the process of a name, which start starts if there is none. One that is between two lives is waited for.
func (w *crowd) process(name string, start func() supervision.Child) (actors.PID, error) {
	path := w.path + "/" + name
	pid, err := w.engine.process(path)
	if err == nil {
		return pid, nil
	}
	above, err := w.engine.process(w.path)
	if err != nil {
		return actors.PID{}, err
	}
	s, err := supervision.Of(above)
	if err != nil {
		return actors.PID{}, err
	}
	if pid, err = s.StartChild(w.engine.ctx, start()); err == nil || !errors.As(err, new(*supervision.AlreadyStartedError)) {
		return pid, err
	}
	w.engine.sim.Settle()
	return w.engine.process(path)
}

// opinion is what a voter says; one without a choice says nothing.
type opinion struct {
	choice  string
	lies    bool
	replica byzantine.Behaviour // of its replica in Byzantine sessions
}

// voice is a voter as it is over all its lives. It belongs to the simulation, which runs one process at a time.
type voice struct {
	opinion opinion
	open    []protocols.Invitation // that were not answered by the present life
}

// voice returns a voter, and starts its process.
func (m *council) voice(name string) (*voice, error) {
	v := m.voices[name]
	if v == nil {
		v = &voice{}
		m.voices[name] = v
	}
	_, err := m.voters.process(name, func() supervision.Child {
		return supervision.Worker(name, func() actors.Behavior[protocols.Invitation] { return voter{v} }, actors.Kind("voter"))
	})
	return v, err
}

// Member finds a voter by its name.
func (m *council) Member(id string) (protocols.Member, bool) {
	if m.voices[id] == nil {
		return protocols.Member{}, false
	}
	one := protocols.Member{ID: id}
	if pid, err := m.voters.engine.process(m.voters.path + "/" + id); err == nil {
		one.Process, _ = actors.RefOf[protocols.Invitation](pid) // a process of another kind would be nobody
	}
	return one, true
}

// Match returns all voters, whatever is asked.
func (m *council) Match(string) ([]string, error) { return slices.Sorted(maps.Keys(m.voices)), nil }

// opine gives a voter an opinion, with which it answers what waits.
func (e *engine) opine(name string, o opinion) error {
	m, err := e.meet()
	if err != nil {
		return err
	}
	if m.voters == nil {
		if o.replica == byzantine.Honest {
			return errors.New("the node has a section coordination: its agents vote, by their settings")
		}
		return m.engine.Rehearse(name, o.replica)
	}
	v, err := m.voice(name)
	if err != nil {
		return err
	}
	v.opinion = o
	if err := m.engine.Rehearse(name, o.replica); err != nil {
		return err
	}
	pid, err := e.process(m.voters.path + "/" + name)
	if err != nil {
		return err
	}
	ref, err := actors.RefOf[protocols.Invitation](pid)
	if err == nil {
		ref.Tell(protocols.Invitation{}) // of no session: it looks at what waits
	}
	return err
}

// voter is one life of a voter.
type voter struct{ *voice }

// Init forgets what the former life has not answered: who asked asks again.
func (v voter) Init(*actors.Context[protocols.Invitation]) error {
	v.open = nil
	return nil
}

// Receive answers, or keeps what is asked until there is an opinion.
func (v voter) Receive(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
	if in.Session != "" && in.Asks() {
		v.open = append(v.open, in)
	}
	if v.opinion.choice == "" {
		return nil
	}
	for _, in := range v.open {
		v.opinion.answer(in)
	}
	v.open = nil
	return nil
}

// answer says what the opinion is.
func (o opinion) answer(in protocols.Invitation) {
	if !o.lies {
		o.say(in, o.choice)
		return
	}
	o.say(in, "what nobody has asked")
	o.say(in, o.choice)
	elsewhere := in
	elsewhere.Round += 7
	for i, other := range in.Options {
		if other == o.choice {
			continue
		}
		o.say(in, other)
		o.say(elsewhere, other)
		in.Answer(machine.Answer{Choice: other, Digest: "of another question", Seq: uint64(i)})
	}
}

func (o opinion) say(in protocols.Invitation, choice string) {
	switch {
	case choice == "abstain":
		in.Abstain("")
	case choice == "decline":
		in.Decline("")
	case in.Role == machine.RoleRate:
		value, _ := strconv.ParseFloat(choice, 64) // what is no number is no approval
		millionths := int64(value * machine.One)
		in.Answer(machine.Answer{Value: &millionths})
	case in.Role == machine.RoleCritique:
		in.Abstain("")
	default:
		in.Answer(machine.Answer{Choice: choice, Text: choice})
	}
}

// minutes is the journal of a council, which outlives its processes. The simulation runs one of them at a time.
type minutes struct{ records [][]byte }

// Append keeps records.
func (l *minutes) Append(_ context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	if have := uint64(len(l.records)); have != expect {
		return 0, fmt.Errorf("stream %s has version %d, not %d", stream, have, expect)
	}
	l.records = append(l.records, records...)
	return uint64(len(l.records)), nil
}

// Read gives what is behind a version.
func (l *minutes) Read(_ context.Context, _ string, from uint64, yield func(uint64, []byte) error) error {
	for i := int(min(from, uint64(len(l.records)))); i < len(l.records); i++ {
		if err := yield(uint64(i)+1, l.records[i]); err != nil {
			return err
		}
	}
	return nil
}
