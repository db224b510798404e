// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"

	"mabeam.dev/actors"
)

// Sighting is what an agent sees of a variable after an update.
type Sighting struct {
	Update
	// In is the scope whose value is in force for the agent: empty for that of all. Seen is what it sees: value and version are those of the scope.
	In   string
	Seen Seen
	// Moved says that what the agent sees is another value or version than before. It is false where a value for all has changed behind one for the agent.
	Moved bool
	// Missed, if there is one, are the versions of the scope in force that the agent has not seen since it last saw one of them: those of a Gap, and those that were committed
	// behind a value for the agent.
	Missed *Gap
}

// Sight is what one agent sees of the variables of a space, as far as it was told of commits. It has no lock and reads no clock.
type Sight struct {
	scopes []string // the most important first, that of all last
	known  map[string][]inScope
}

// inScope is what is known of a variable in one scope.
type inScope struct {
	now    Update
	before Version // the one before that of now
	shown  Version // the last one that was in force for the agent
}

// NewSight returns the sight of an agent that was told of nothing yet.
func NewSight(who Agent) *Sight {
	return &Sight{scopes: append(who.scopes(), ""), known: map[string][]inScope{}}
}

// Sees reports whether values of a scope can be in force for the agent.
func (s *Sight) Sees(scope string) bool { return slices.Contains(s.scopes, scope) }

// See takes in an update. Of one of a scope that is none of the agent's nothing is kept.
func (s *Sight) See(u Update) Sighting {
	of := s.known[u.Variable]
	if of == nil {
		of = make([]inScope, len(s.scopes))
		s.known[u.Variable] = of
	}
	was, at := inForce(of), slices.Index(s.scopes, u.Scope)
	before := Update{}
	if was >= 0 {
		before = of[was].now
	}
	if at >= 0 && u.Err == nil {
		of[at].before = of[at].now.Version
		if u.Gap != nil {
			of[at].before = u.Gap.To
		}
		of[at].now = u
	}
	x := Sighting{Update: u, Seen: Seen{Variable: u.Variable}}
	is := inForce(of)
	if is < 0 {
		x.Moved = was >= 0
		return x
	}
	now := &of[is]
	x.In, x.Seen.Value, x.Seen.Version = s.scopes[is], now.now.Value, now.now.Version
	if x.In != "" {
		x.Seen.Flags = Overridden
	}
	x.Moved = is != was || before.Version != now.now.Version
	if u.First { // the agent is shown what is there in the end
		for i := range of {
			of[i].shown = Version{}
		}
	}
	if !now.shown.IsZero() && now.shown.Before(now.before) {
		x.Missed = &Gap{From: now.shown.next(), To: now.before}
	}
	now.shown = now.now.Version
	return x
}

// inForce is the place of the first scope that has a value; −1 if none has.
func inForce(of []inScope) int {
	return slices.IndexFunc(of, func(x inScope) bool { return !x.now.Version.IsZero() && !x.now.Gone })
}

// Cut is what an agent sees of a space at one version of it.
type Cut struct {
	// Version is that of the space.
	Version Version
	// Sightings are in the order of the variables' addition.
	Sightings []Sighting
}

// Follow makes what an agent sees of a space arrive as messages of a process. It returns what there is at one version of the space, and then exactly the commits that come
// after it arrive, in order; those of other agents' scopes do not. only chooses the variables; nil chooses all.
func Follow[M any](ctx *actors.Context[M], m *Member, how Delivery, only func(variable string) bool, notice func(Sighting) M) (Cut, *Subscription, error) {
	sight := NewSight(m.who)
	x, err := prepare(ctx, m.s, -1, how, func(u Update) M { return notice(sight.See(u)) })
	if err != nil {
		return Cut{}, nil, err
	}
	x.only = func(c *Commit) bool { return sight.Sees(c.Scope) && (only == nil || only(c.Variable)) }
	var cut Cut
	place := map[string]int{}
	cut.Version = m.s.hub.join(x, func(u Update) {
		i, there := place[u.Variable]
		if !there {
			i = len(cut.Sightings)
			place[u.Variable] = i
			cut.Sightings = append(cut.Sightings, Sighting{})
		}
		cut.Sightings[i] = sight.See(u)
	})
	return cut, x, nil
}
