// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"cmp"
	"fmt"
	"time"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/counter"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
)

func (s *spaceState) lockStep(now time.Time, in *spaceInput) {
	var effects []lock.Effect
	var err error
	switch in.Op {
	case opAcquire:
		s.lockEffects(s.locks.Acquire(now, *in.Lock))
		return
	case opRelease:
		effects, err = s.locks.Release(now, in.Owner, in.Target, in.Name, in.Token)
	case opRenew:
		effects, err = s.locks.Renew(now, in.Owner, in.Target, in.Name, in.Token, in.For)
	case opDowngrade:
		effects, err = s.locks.Downgrade(now, in.Owner, in.Target, in.Name, in.Token)
	default:
		effects, err = s.locks.Resize(now, in.Name, int(in.N))
	}
	var until time.Time
	for _, e := range effects {
		if e.Kind == lock.Renewed && e.ID == in.Target {
			until = e.Until
		}
	}
	s.lockEffects(effects)
	if err != nil {
		s.refuse(in.ID, err)
		return
	}
	s.answer(in.ID, spaceAnswer{Token: in.Token, Until: until})
}

// lockEffects are answers and news of what happened to locks.
func (s *spaceState) lockEffects(effects []lock.Effect) {
	for i := range effects {
		e := &effects[i]
		switch e.Kind {
		case lock.Granted:
			s.put(spaceOutput{id: e.ID, answer: spaceAnswer{Token: e.Token, Until: e.Until}, news: s.lockNews(e)})
		case lock.Refused:
			s.put(spaceOutput{id: e.ID, err: e.Err, news: s.lockNews(e)})
		case lock.Lost, lock.Released:
			if !s.mute {
				s.put(spaceOutput{news: s.lockNews(e)})
			}
		default: // renewals, downgrades and new sizes are answers to who asked, and no news
		}
	}
}

// lockNews is what is told of an effect, if anybody listens.
func (s *spaceState) lockNews(e *lock.Effect) spaceNews {
	if s.mute {
		return nil
	}
	about := About{Name: e.Name, Owner: e.Owner}
	switch e.Kind {
	case lock.Granted:
		return LockGranted{about, e.Mode, e.Token, e.Until, e.Waited}
	case lock.Refused:
		return LockRefused{about, e.Mode, e.Waited, e.Err}
	case lock.Lost:
		return LockLost{about, e.Mode, e.Token}
	default:
		return LockReleased{about, e.Mode, e.Token}
	}
}

func (s *spaceState) barrierStep(now time.Time, in *spaceInput) {
	b, err := s.barrier(in)
	if err != nil {
		s.refuse(in.ID, err)
		return
	}
	switch in.Op {
	case opArrive:
		switch inside := b.Inside(); {
		case in.Side == enters && inside:
			s.refuse(in.ID, barrier.ErrFull)
			return
		case in.Side == leaves && !inside:
			s.refuse(in.ID, barrier.ErrNotRegistered)
			return
		}
		s.waits[in.ID] = waitAt{opArrive, in.Name, in.Owner, now}
		s.barrierEffects(in.Name, b.Arrive(now, barrier.Arrival{ID: in.ID, Member: in.Owner, Generation: in.Generation, Wait: in.For}))
	case opRegister:
		if err := b.Register(in.Owner); err != nil {
			s.refuse(in.ID, err)
			return
		}
		s.answer(in.ID, spaceAnswer{Generation: b.Generation()})
	case opQuit:
		effects, err := b.Deregister(in.Owner)
		if err != nil {
			s.refuse(in.ID, err)
			return
		}
		s.barrierEffects(in.Name, effects)
		s.answer(in.ID, spaceAnswer{})
	default:
		s.barrierEffects(in.Name, b.Reset(now, in.Owner))
		s.answer(in.ID, spaceAnswer{Generation: b.Generation()})
	}
}

// barrier finds the barrier that a request is for, or makes it.
func (s *spaceState) barrier(in *spaceInput) (*barrier.Barrier, error) {
	b := s.barriers[in.Name]
	if b == nil {
		if in.Barrier == nil || in.Name == "" {
			return nil, fmt.Errorf("%w: no barrier %q", barrier.ErrInvalidSpec, in.Name)
		}
		made, err := barrier.New(*in.Barrier)
		if err != nil {
			return nil, err
		}
		s.barriers[in.Name] = made
		return made, nil
	}
	if in.Barrier != nil && b.Spec() != *in.Barrier {
		return nil, &KindError{Name: in.Name, Have: b.Spec().String(), Want: in.Barrier.String()}
	}
	return b, nil
}

// barrierEffects are answers to arrivals, and one piece of news for all of them.
func (s *spaceState) barrierEffects(name string, effects []barrier.Effect) {
	passed, generation := 0, uint64(0)
	var broken *barrier.BrokenError
	for _, e := range effects {
		delete(s.waits, e.ID)
		if e.Err != nil {
			if b, ok := e.Err.(*barrier.BrokenError); ok { //nolint:errorlint // the machine hands it out as it is
				broken = b
			}
			s.refuse(e.ID, e.Err)
			continue
		}
		passed, generation = passed+1, e.Generation
		s.answer(e.ID, spaceAnswer{Generation: e.Generation, Index: e.Index})
	}
	if passed > 0 && !s.mute {
		last := effects[len(effects)-1]
		s.put(spaceOutput{news: BarrierTripped{About{Name: name, Owner: last.Member}, generation, passed}})
	}
	if broken != nil && !s.mute {
		s.put(spaceOutput{news: BarrierBroken{About{Name: name, Owner: broken.Culprit}, broken.Generation, broken.Cause}})
	}
}

func (s *spaceState) latchStep(now time.Time, in *spaceInput) {
	l := s.latches[in.Name]
	size := in.Generation // of the latch, where one is made
	if l == nil {
		made, err := barrier.NewLatch(int(size))
		if err != nil {
			s.refuse(in.ID, err)
			return
		}
		l = &latchState{Count: int64(size), Latch: made}
		s.latches[in.Name] = l
	} else if l.Count != int64(size) {
		s.refuse(in.ID, &KindError{Name: in.Name, Have: fmt.Sprintf("a latch of %d", l.Count), Want: fmt.Sprintf("one of %d", size)})
		return
	}
	if in.Op == opAwait {
		s.waits[in.ID] = waitAt{Op: opAwait, Name: in.Name, Who: in.Owner}
		s.latchEffects(in.Name, l.Latch.Await(now, barrier.Arrival{ID: in.ID, Member: in.Owner, Wait: in.For}))
		return
	}
	effects, err := l.Latch.CountDown(int(in.N))
	if err != nil {
		s.refuse(in.ID, err)
		return
	}
	s.latchEffects(in.Name, effects)
	s.answer(in.ID, spaceAnswer{Value: int64(l.Latch.Left())})
}

func (s *spaceState) latchEffects(name string, effects []barrier.Effect) {
	for _, e := range effects {
		delete(s.waits, e.ID)
		if e.Err != nil {
			s.refuse(e.ID, e.Err)
			continue
		}
		s.answer(e.ID, spaceAnswer{Generation: 1, Index: e.Index})
		if e.Index == 0 && len(effects) > 1 && !s.mute {
			s.out[len(s.out)-1].news = BarrierTripped{About{Name: name, Owner: e.Member}, 1, len(effects)}
		}
	}
}

func (s *spaceState) electionStep(now time.Time, in *spaceInput) {
	e := s.elections[in.Name]
	if e == nil {
		made, err := election.New(election.Spec{Margin: in.Margin})
		if err != nil || in.Name == "" {
			s.refuse(in.ID, cmp.Or(err, error(election.ErrInvalid)))
			return
		}
		e = made
		e.Rebuilt(s.epoch)
		s.elections[in.Name] = e
	}
	switch in.Op {
	case opCampaign:
		if in.Wait {
			s.waits[in.ID] = waitAt{Op: opCampaign, Name: in.Name, Who: in.Owner}
		}
		_, before := e.Leader()
		effects, err := e.Campaign(now, election.Candidacy{ID: in.ID, Candidate: in.Owner, Health: in.Health, TTL: in.For})
		from := len(s.out)
		s.electionEffects(in.Name, effects)
		for i := range s.out[from:] {
			o := &s.out[from+i]
			if l, ok := o.news.(LeaderElected); ok && l.Term == before {
				o.news = nil // the leader has told its health
			}
		}
		switch who, term := e.Leader(); {
		case err != nil:
			delete(s.waits, in.ID)
			s.refuse(in.ID, err)
		case in.Wait && who == in.Owner && s.waits[in.ID].Op != "": // it leads already, under another id
			delete(s.waits, in.ID)
			s.answer(in.ID, spaceAnswer{Token: term, Until: e.Until(), Leader: who, Office: in.Name})
		case in.Wait: // until it is elected
		default:
			s.answer(in.ID, spaceAnswer{Token: term, Until: e.Until(), Leader: who})
		}
	case opResign:
		effects, err := e.Resign(now, in.Owner, in.Token)
		s.elected(in, effects, err, spaceAnswer{})
	case opExtend:
		effects, err := e.Renew(now, in.Owner, in.Token, in.For)
		s.elected(in, effects, err, spaceAnswer{Token: in.Token, Until: e.Until()})
	default:
		effects, err := e.Withdraw(now, in.Owner)
		s.elected(in, effects, err, spaceAnswer{})
	}
}

func (s *spaceState) elected(in *spaceInput, effects []election.Effect, err error, a spaceAnswer) {
	s.electionEffects(in.Name, effects)
	if err != nil {
		s.refuse(in.ID, err)
		return
	}
	s.answer(in.ID, a)
}

// electionEffects are answers to candidates who wait to be elected, and news for all.
func (s *spaceState) electionEffects(name string, effects []election.Effect) {
	for _, e := range effects {
		var o spaceOutput
		about := About{Name: name, Owner: e.Candidate}
		waiting := s.waits[e.ID].Op == opCampaign
		switch e.Kind {
		case election.Elected:
			if waiting {
				delete(s.waits, e.ID)
				o = spaceOutput{id: e.ID, answer: spaceAnswer{Token: e.Term, Until: e.Until, Leader: e.Candidate, Office: name}}
				s.done.keep(e.ID, o.answer)
			}
			o.news = LeaderElected{about, e.Term, e.Until}
		case election.Deposed:
			o.news = LeaderDeposed{about, e.Term, e.Why}
		default:
			if waiting {
				delete(s.waits, e.ID)
				o = spaceOutput{id: e.ID, err: fmt.Errorf("protocols: election %q: %s: %w", name, e.Why, election.ErrNotCandidate)}
			}
		}
		s.put(o)
	}
}

func (s *spaceState) counterStep(in *spaceInput) {
	c := s.counters[in.Name]
	if c == nil {
		c = new(counter.Linear)
		if b := in.Bounds; b != nil {
			made, err := counter.NewLinear(min(max(0, b[0]), b[1]), b[0], b[1])
			if err != nil {
				s.refuse(in.ID, err)
				return
			}
			c = made
		}
		s.counters[in.Name] = c
	}
	var a spaceAnswer
	var err error
	if in.Op == opSwap {
		a.Swapped, err = c.CompareAndSwap(in.Old, in.N)
		a.Value = c.Get()
	} else {
		a.Value, err = c.Add(in.N)
	}
	if err != nil {
		s.refuse(in.ID, fmt.Errorf("protocols: counter %q: %w", in.Name, err))
		return
	}
	s.answer(in.ID, a)
}
