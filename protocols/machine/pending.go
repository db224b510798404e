// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"slices"
	"time"
)

// Pending is what a machine still waits for: answers, timers and services. It follows the events and their effects, so that it can be made again
// with the state from a log. What was sent at most once is then sent again, without the machine's doing.
type Pending struct {
	find   func(agent string) (int, bool)
	asked  [][]*Invite
	room   []*Invite // for one of each participant
	timers []Alarm
	asks   []Ask
}

// Alarm is a timer that is set.
type Alarm struct {
	ID  string
	Gen uint64
	At  time.Time
}

// NewPending waits for nothing, among these participants.
func NewPending(participants []string) *Pending {
	index := make(map[string]int, len(participants))
	for i, name := range participants {
		index[name] = i
	}
	return PendingAmong(len(participants), func(agent string) (int, bool) {
		i, ok := index[agent]
		return i, ok
	})
}

// PendingAmong is NewPending for n participants whose numbers find knows already, from 0.
func PendingAmong(n int, find func(agent string) (int, bool)) *Pending {
	return &Pending{find: find, asked: make([][]*Invite, n)}
}

// Apply takes in an event with its effects.
func (p *Pending) Apply(e Event, effects []Effect) {
	switch e := e.(type) {
	case Received:
		switch m := e.Msg.(type) {
		case Answer:
			if i, ok := p.find(e.From); ok {
				p.asked[i] = slices.DeleteFunc(p.asked[i], func(in *Invite) bool { return m.Key == in.Key && (m.Round == 0 || m.Round == in.Round) })
			}
		case Told:
			p.asks = slices.DeleteFunc(p.asks, func(a Ask) bool { return a.Key == m.Key && a.Service == e.From })
		}
	case Down:
		if i, ok := p.find(e.Agent); ok {
			p.asked[i] = nil
		}
	case TimerFired:
		p.timers = slices.DeleteFunc(p.timers, func(a Alarm) bool { return a.ID == e.ID && a.Gen == e.Gen })
	}
	for _, effect := range effects {
		p.effect(e.When(), effect)
	}
}

func (p *Pending) effect(now time.Time, effect Effect) {
	switch f := effect.(type) {
	case Send:
		if in, ok := f.Msg.(Invite); ok {
			if i, known := p.find(f.To); known {
				p.ask(i, &in)
			}
		}
	case Broadcast:
		if in, ok := f.Msg.(Invite); ok {
			for i := range p.asked { // all share it: nobody changes it
				p.ask(i, &in)
			}
		}
	case SetTimer:
		p.timers = append(slices.DeleteFunc(p.timers, func(a Alarm) bool { return a.ID == f.ID }), Alarm{f.ID, f.Gen, now.Add(f.After)})
	case StopTimer:
		p.timers = slices.DeleteFunc(p.timers, func(a Alarm) bool { return a.ID == f.ID })
	case Ask:
		p.asks = append(p.asks, f)
	case Forget:
		for i := range p.asked {
			p.asked[i] = slices.DeleteFunc(p.asked[i], func(in *Invite) bool { return in.Key == f.Key && (f.Round == 0 || f.Round == in.Round) })
		}
	}
}

func (p *Pending) ask(i int, in *Invite) {
	if in.Role == RoleDecided || in.Role == RoleCancelled {
		return
	}
	if p.asked[i] == nil {
		if p.room == nil {
			p.room = make([]*Invite, len(p.asked))
		}
		p.asked[i] = p.room[i : i : i+1]
	}
	p.asked[i] = append(slices.DeleteFunc(p.asked[i], func(old *Invite) bool { return old.Key == in.Key && old.Round == in.Round }), in)
}

// Invites returns what participant number i has not answered. They are to be read.
func (p *Pending) Invites(i int) []*Invite { return p.asked[i] }

// Waits reports whether participant number i has something to answer.
func (p *Pending) Waits(i int) bool { return len(p.asked[i]) > 0 }

// Timers returns what is set, in the order in which it was set.
func (p *Pending) Timers() []Alarm { return p.timers }

// Asks returns what services have not answered.
func (p *Pending) Asks() []Ask { return p.asks }
