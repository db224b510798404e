// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/google/uuid"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/selector"
)

// prepare makes the entry of a session, or returns everything that is wrong with the spec. It runs on the caller's goroutine: the engine never does
// this work.
func (e *Engine) prepare(s Spec) (*entry, error) {
	sys := e.system()
	if sys == nil {
		return nil, fmt.Errorf("protocols: engine %q: %w", e.o.Name, ErrUnavailable)
	}
	s.Participants, s.Options, s.Tags = slices.Clone(s.Participants), slices.Clone(s.Options), slices.Clone(s.Tags)
	digest := "" // of an id that is drawn now, and so asked for by nobody else
	if s.ID != "" {
		digest = s.digest()
	}
	s = s.withDefaults(e.o.Journal != nil)
	if err := s.validate(); err != nil {
		return nil, err
	}
	members, left, err := e.electorate(s)
	if err != nil {
		return nil, err
	}
	all, err := consensus.NewElectorate(members)
	if err != nil && len(members) > 0 {
		return nil, errors.Join(selector.ErrInvalidSpec, err)
	}
	for s.ID == "" {
		id, err := e.newID(sys)
		if err != nil {
			return nil, err
		}
		if e.index.get(id) == nil {
			s.ID = id
		}
	}
	if s.Seed == 0 {
		s.Seed = seedOf(s.ID)
	}
	now := sys.Now()
	n := newEntry(Setup{Session: s.ID, Spec: s, Electorate: all}, digest, now, now.Add(s.Deadline), left)
	if err := e.choose(n); err != nil {
		return nil, err
	}
	return n, nil
}

// ids are drawn from one source of each system.
type ids struct {
	mu  sync.Mutex
	sys *actors.System
	r   *rand.Rand
}

// newID draws an id. The time of the first one is in the name of the source because a program that starts again draws from the same sources, and its
// journal has what the last one drew.
func (e *Engine) newID(sys *actors.System) (SessionID, error) {
	e.ids.mu.Lock()
	defer e.ids.mu.Unlock()
	if e.ids.sys != sys {
		name := "protocols/id/" + strconv.FormatInt(sys.Now().UnixNano(), 10) + "/" + strconv.FormatUint(e.tokens.Add(1), 10)
		e.ids.sys, e.ids.r = sys, sys.Rand(name)
	}
	id, err := uuid.NewRandomFromReader(dice{e.ids.r})
	return SessionID(id.String()), err
}

// selector is that of the options, with the bounds of registered protocols.
func (e *Engine) selector() selector.Selector {
	e.protocols.RLock()
	defer e.protocols.RUnlock()
	return e.protocols.selector
}

// bounded makes the selector, when the protocols have changed.
func (e *Engine) bounded() selector.Selector {
	s := e.o.Selector
	for name, p := range e.protocols.all {
		if _, known := selector.DefaultBounds(name); known {
			continue
		}
		if s.Bounds == nil || s.Bounds[name] != p.Bounds {
			bounds := map[selector.Protocol]selector.Bounds{}
			for k, v := range s.Bounds {
				bounds[k] = v
			}
			bounds[name], s.Bounds = p.Bounds, bounds
		}
	}
	return s
}

func profile(s Spec, n int) selector.Profile {
	return selector.Profile{N: n, Type: s.Type, Fault: s.Fault, F: s.F, Scope: s.Scope, Expertise: s.Expertise, Protocol: s.Protocol}
}

// durable checks the durability that is asked for.
func (e *Engine) durable(s Spec, p Protocol) error {
	least := p.Least
	if s.Fault == selector.Medium && least.rank() < Durable.rank() {
		least = Durable
	}
	if least == "" {
		least = Volatile
	}
	if s.Durability.rank() < least.rank() || s.Durability != Volatile && e.o.Journal == nil {
		return &DurabilityError{s.Durability, least}
	}
	return nil
}

// electorate resolves the participants, once. Who is not eligible is left out with a reason; who is unknown makes the spec invalid.
func (e *Engine) electorate(s Spec) (members []consensus.Elector, left []Exclusion, err error) {
	names := s.Participants
	if s.Query != "" {
		if names, err = e.o.Roster.Match(s.Query); err != nil {
			return nil, nil, errors.Join(selector.ErrInvalidSpec, err)
		}
	}
	var problems []error
	members = make([]consensus.Elector, 0, len(names))
	for _, name := range names {
		m, ok := e.o.Roster.Member(name)
		switch {
		case !ok:
			problems = append(problems, &SpecError{"participants", strconv.Quote(name) + " is unknown"})
		case m.Degraded && !s.TakeDegraded:
			left = append(left, Exclusion{name, "its health is degraded"})
		case s.Reputation > 0 && m.Reputation < s.Reputation:
			left = append(left, Exclusion{name, "its reputation is too low"})
		default:
			weight := m.Weight
			if !s.Expertise {
				weight = 0
			}
			members = append(members, consensus.Elector{Agent: name, Weight: weight, Calibration: m.Calibration})
		}
	}
	return members, left, errors.Join(problems...)
}

// dice is randomness from a seed, as bytes.
type dice struct{ r interface{ Uint64() uint64 } }

// Read fills b.
func (d dice) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(d.r.Uint64() >> 32)
	}
	return len(b), nil
}
