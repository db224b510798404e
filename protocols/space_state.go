// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/counter"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
)

// spaceOp is what is asked of a space.
type spaceOp string

// What changes a space. Each is logged before anybody hears of what it did.
const (
	opOpen      spaceOp = "open"      // a new incarnation: a new epoch; cold if everybody is gone
	opTick      spaceOp = "tick"      // time has passed
	opDown      spaceOp = "down"      // an owner has ended
	opCancel    spaceOp = "cancel"    // of the request Target
	opAcquire   spaceOp = "acquire"   // Lock
	opRelease   spaceOp = "release"   // of the claim Target
	opRenew     spaceOp = "renew"     //
	opDowngrade spaceOp = "downgrade" //
	opResize    spaceOp = "resize"    // of a semaphore to N
	opArrive    spaceOp = "arrive"    // at a barrier
	opRegister  spaceOp = "register"  //
	opQuit      spaceOp = "quit"      //
	opReset     spaceOp = "reset"     //
	opAwait     spaceOp = "await"     // a latch
	opCount     spaceOp = "count"     // a latch down by N
	opCampaign  spaceOp = "campaign"  //
	opResign    spaceOp = "resign"    //
	opExtend    spaceOp = "extend"    // a leader's lease
	opWithdraw  spaceOp = "withdraw"  //
	opAdd       spaceOp = "add"       // N to a counter
	opSwap      spaceOp = "swap"      // a counter's Old for N
)

// spaceInput asks for one thing. Fields that an operation does not need are zero.
type spaceInput struct {
	Op         spaceOp       `json:"op"`
	ID         string        `json:"id,omitempty"`
	Owner      string        `json:"owner,omitempty"`
	Name       string        `json:"name,omitempty"`
	Target     string        `json:"target,omitempty"`
	Lock       *lock.Request `json:"lock,omitempty"`
	Token      lock.Token    `json:"token,omitzero"`
	For        time.Duration `json:"for,omitempty"`
	N          int64         `json:"n,omitempty"`
	Old        int64         `json:"old,omitempty"`
	Barrier    *barrier.Spec `json:"barrier,omitempty"`
	Generation uint64        `json:"generation,omitempty"`
	Side       side          `json:"side,omitempty"`
	Margin     int           `json:"margin,omitempty"`
	Health     int           `json:"health,omitempty"`
	Wait       bool          `json:"wait,omitempty"`   // Campaign answers with the own election alone
	Bounds     *[2]int64     `json:"bounds,omitempty"` // of a counter
	Cold       bool          `json:"cold,omitempty"`
}

// side is what an arrival at a double barrier wants.
type side uint8

const (
	anySide side = iota
	enters
	leaves
)

// spaceAnswer is the outcome of a request.
type spaceAnswer struct {
	Token      lock.Token `json:"token,omitzero"`
	Until      time.Time  `json:"until,omitzero"`
	Generation uint64     `json:"generation,omitempty"`
	Index      int        `json:"index,omitempty"`
	Value      int64      `json:"value,omitempty"`
	Swapped    bool       `json:"swapped,omitempty"`
	Leader     string     `json:"leader,omitempty"`
	Office     string     `json:"office,omitempty"` // the election that a campaign won
}

// spaceOutput is something that a step has done: the answer to a request, news for those who watch, or both.
type spaceOutput struct {
	id     string // of the request that is answered; empty for none
	answer spaceAnswer
	err    error
	news   spaceNews // nil for none
}

// latchState is a latch with what it was made with.
type latchState struct {
	Count int64          `json:"count"`
	Latch *barrier.Latch `json:"latch"`
}

// spaceState is all the state of a space, and pure: the process logs inputs, and the same inputs make the same state again. It belongs to the
// process.
type spaceState struct {
	locks     *lock.Space
	barriers  map[string]*barrier.Barrier
	latches   map[string]*latchState
	elections map[string]*election.Election
	counters  map[string]*counter.Linear
	done      *remembered
	waits     map[string]waitAt // requests that wait elsewhere than in locks, by id
	epoch     uint32
	out       []spaceOutput // of steps, until they are told
	mute      bool          // nobody watches: news of locks and barriers are not made
	beyond    bool          // there may be waits for more than locks
	reordered bool          // somebody may wait for others than before, besides who has asked
	blind     bool          // deadlocks across services are let happen: for tests
}

// waitAt is where a request waits.
type waitAt struct {
	Op   spaceOp `json:"op"`
	Name string  `json:"name"`
	Who  string  `json:"who"`
	// Came is when, of arrivals at barriers.
	Came time.Time `json:"came,omitzero"`
}

func newSpaceState(o lock.Options, remember int) *spaceState {
	return &spaceState{
		locks: lock.New(o), barriers: map[string]*barrier.Barrier{}, latches: map[string]*latchState{}, elections: map[string]*election.Election{},
		counters: map[string]*counter.Linear{}, done: newRemembered(remember), waits: map[string]waitAt{}, epoch: 1,
	}
}

// open begins the life of an incarnation: everything that is granted from now on is of an epoch of its own.
func (s *spaceState) open(now time.Time, in *spaceInput) {
	if in.Cold { // whoever owned something was of an operating-system process that is gone
		for _, owner := range s.owners() {
			s.down(now, owner)
		}
		s.done.clear()
		clear(s.waits)
	}
	s.epoch = max(s.epoch+1, uint32(max(in.N, 0)))
	s.locks.Rebuilt(s.epoch)
}

// owners returns everybody whose end matters, sorted.
func (s *spaceState) owners() []string {
	all := map[string]bool{}
	for _, o := range s.locks.Owners() {
		all[o] = true
	}
	for _, b := range s.barriers { // into a set: the order does not matter
		for _, m := range b.Members() {
			all[m] = true
		}
	}
	for _, l := range s.latches {
		for _, m := range l.Latch.Members() {
			all[m] = true
		}
	}
	for _, e := range s.elections {
		for _, c := range e.Candidates() {
			all[c.Candidate] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// step does what is asked, at a time that does not fall. What it has done lies behind the outputs of earlier steps that are not told yet, and is returned.
func (s *spaceState) step(now time.Time, in *spaceInput) []spaceOutput {
	from := len(s.out)
	if a, ok := s.done.find(in.ID); ok { // asked again, because the answer was lost
		s.put(spaceOutput{id: in.ID, answer: a})
		return s.out[from:]
	}
	switch in.Op {
	case opOpen:
		s.open(now, in)
	case opTick:
		s.tick(now)
	case opDown:
		s.down(now, in.Owner)
	case opCancel:
		s.cancel(now, in.Target)
	case opAcquire, opRelease, opRenew, opDowngrade, opResize:
		s.lockStep(now, in)
	case opArrive, opRegister, opQuit, opReset:
		s.barrierStep(now, in)
	case opAwait, opCount:
		s.latchStep(now, in)
	case opCampaign, opResign, opExtend, opWithdraw:
		s.electionStep(now, in)
	case opAdd, opSwap:
		s.counterStep(in)
	default:
		s.refuse(in.ID, fmt.Errorf("protocols: operation %q is unknown", in.Op))
	}
	s.untangle(now, in)
	return s.out[from:]
}

// keptOutputs is for how many outputs the memory is kept from step to step.
const keptOutputs = 2048

// told forgets the outputs, which are told.
func (s *spaceState) told() {
	clear(s.out)
	if s.out = s.out[:0]; cap(s.out) > keptOutputs {
		s.out = nil
	}
}

func (s *spaceState) put(o spaceOutput) { s.out = append(s.out, o) }

// answer answers a request that was carried out, and keeps the answer for who asks again.
func (s *spaceState) answer(id string, a spaceAnswer) {
	s.done.keep(id, a)
	s.put(spaceOutput{id: id, answer: a})
}

func (s *spaceState) refuse(id string, err error) { s.put(spaceOutput{id: id, err: err}) }

// next is when time has something to do; ok is false for never.
func (s *spaceState) next() (at time.Time, ok bool) {
	sooner := func(t time.Time, has bool) {
		if has && (!ok || t.Before(at)) {
			at, ok = t, true
		}
	}
	sooner(s.locks.Next())
	for _, b := range s.barriers { // the least: the order does not matter
		sooner(b.Next())
	}
	for _, l := range s.latches {
		sooner(l.Latch.Next())
	}
	for _, e := range s.elections {
		sooner(e.Next())
	}
	return at, ok
}

// tick lets time pass everywhere.
func (s *spaceState) tick(now time.Time) {
	s.lockEffects(s.locks.Tick(now))
	for _, n := range slices.Sorted(maps.Keys(s.barriers)) {
		s.barrierEffects(n, s.barriers[n].Tick(now))
	}
	for _, n := range slices.Sorted(maps.Keys(s.latches)) {
		s.latchEffects(n, s.latches[n].Latch.Tick(now))
	}
	for _, n := range slices.Sorted(maps.Keys(s.elections)) {
		s.electionEffects(n, s.elections[n].Tick(now))
	}
}

// down is the end of an owner, everywhere.
func (s *spaceState) down(now time.Time, owner string) {
	s.lockEffects(s.locks.Down(now, owner))
	for _, n := range slices.Sorted(maps.Keys(s.barriers)) {
		s.barrierEffects(n, s.barriers[n].Down(now, owner))
	}
	for _, n := range slices.Sorted(maps.Keys(s.latches)) {
		s.latchEffects(n, s.latches[n].Latch.Down(owner))
	}
	for _, n := range slices.Sorted(maps.Keys(s.elections)) {
		s.electionEffects(n, s.elections[n].Down(now, owner))
	}
}

// cancel takes a request back, wherever it waits, and gives back what it was granted.
func (s *spaceState) cancel(now time.Time, id string) {
	w, elsewhere := s.waits[id]
	if !elsewhere {
		if a, done := s.done.find(id); done && a.Office != "" { // it won, and nobody heard of it
			effects, _ := s.elections[a.Office].Resign(now, a.Leader, a.Token) // refused if the term is over anyway
			s.electionEffects(a.Office, effects)
			return
		}
		s.lockEffects(s.locks.Cancel(now, id))
		return
	}
	switch w.Op {
	case opArrive:
		s.barrierEffects(w.Name, s.barriers[w.Name].Cancel(now, id))
	case opAwait:
		s.latchEffects(w.Name, s.latches[w.Name].Latch.Cancel(id))
	default:
		delete(s.waits, id)
		effects, _ := s.elections[w.Name].Withdraw(now, w.Who)
		s.electionEffects(w.Name, effects)
	}
}

// storedSpace is a space as it is encoded.
type storedSpace struct {
	Version   int                           `json:"version"`
	Epoch     uint32                        `json:"epoch"`
	Locks     json.RawMessage               `json:"locks"`
	Barriers  map[string]*barrier.Barrier   `json:"barriers,omitempty"`
	Latches   map[string]*latchState        `json:"latches,omitempty"`
	Elections map[string]*election.Election `json:"elections,omitempty"`
	Counters  map[string]*counter.Linear    `json:"counters,omitempty"`
	Waits     map[string]waitAt             `json:"waits,omitempty"`
	Done      *remembered                   `json:"done,omitempty"`
}

// encode writes the whole state; equal states are equal bytes.
func (s *spaceState) encode() ([]byte, error) { return s.encodeWith(s.done) }

// encodeWith writes the state with these answers; nil for none, which are then kept otherwise.
func (s *spaceState) encodeWith(done *remembered) ([]byte, error) {
	return json.Marshal(storedSpace{1, s.epoch, s.locks.Encode(), s.barriers, s.latches, s.elections, s.counters, s.waits, done})
}

// decodeSpace reads what encode wrote.
func decodeSpace(data []byte, remember int) (*spaceState, error) {
	st := storedSpace{Done: newRemembered(remember)}
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, fmt.Errorf("protocols: snapshot of a space: %w", err)
	}
	if st.Version != 1 {
		return nil, fmt.Errorf("protocols: snapshot of a space: version %d", st.Version)
	}
	locks, err := lock.Decode(st.Locks)
	if err != nil {
		return nil, err
	}
	s := newSpaceState(lock.Options{}, remember)
	s.epoch, s.locks, s.done, s.beyond = st.Epoch, locks, st.Done, true
	maps.Copy(s.barriers, st.Barriers)
	maps.Copy(s.latches, st.Latches)
	maps.Copy(s.elections, st.Elections)
	maps.Copy(s.counters, st.Counters)
	maps.Copy(s.waits, st.Waits)
	return s, nil
}
