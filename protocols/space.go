// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// ErrSpaceDown is returned when the process of a space has been down for as long as a request may wait. Whether what was asked was done is open.
var ErrSpaceDown = fault.New(4851, "protocols: the space does not answer")

// KindError says that a name is in use for something that was made otherwise.
type KindError struct {
	// Name is the name.
	Name string
	// Have is what it is, Want what was asked for.
	Have, Want string
}

// Error names all three.
func (e *KindError) Error() string {
	return fmt.Sprintf("protocols: %q is %s, not %s", e.Name, e.Have, e.Want)
}

// FaultCode is E1970.
func (*KindError) FaultCode() fault.Code { return 1970 }

const (
	firstPause = time.Millisecond // before a space that is down is asked again; doubled up to the last
	lastPause  = 100 * time.Millisecond
)

// SpaceOptions set up a space. Name is required.
type SpaceOptions struct {
	// Name is the name of the space and of its process.
	Name string
	// Locks are those of its locks.
	Locks lock.Options
	// MaxWait is how long a request waits that says nothing of its own; 0 means one minute, negative without limit. Deadlocks with what the space
	// cannot see end by it.
	MaxWait time.Duration
	// Remember is how many answers are kept for who did not hear them; 0 means 4,096.
	Remember int
	// Journal keeps the space for good, under Stream; nil keeps it in a table, as long as its supervisor lives.
	Journal SpaceJournal
	Stream  string
	// Intensity is that of the space's supervisor; zero means 100 restarts in 10 s, for steps of the space cost little to make again.
	Intensity supervision.Intensity
}

func (o SpaceOptions) withDefaults() SpaceOptions {
	o.MaxWait = cmp.Or(o.MaxWait, time.Minute)
	o.Remember = cmp.Or(o.Remember, 4096)
	o.Stream = cmp.Or(o.Stream, "protocols/"+o.Name)
	if o.Intensity == (supervision.Intensity{}) {
		o.Intensity = supervision.Intensity{Max: 100, Within: 10 * time.Second}
	}
	return o
}

// Validate returns every problem, joined.
func (o SpaceOptions) Validate() error {
	var problems []error
	if o.Name == "" {
		problems = append(problems, errors.New("protocols: space: no name"))
	}
	if o.Remember < 0 || o.Locks.MaxQueue < 0 || o.Locks.Ageing < 0 {
		problems = append(problems, fmt.Errorf("protocols: space %q: a negative number", o.Name))
	}
	return errors.Join(problems...)
}

// Space is the handle of a space of locks, semaphores, barriers, latches, elections and counters by name. It outlives the space's process, and may be used
// by any number of goroutines and processes.
type Space struct {
	sys      *actors.System
	o        SpaceOptions
	ref      actors.Ref[spaceMessage]
	ids      atomic.Uint64
	epoch    atomic.Uint32                  // of the last incarnation
	warm     atomic.Bool                    // there was one
	snapshot atomic.Uint64                  // version of the journal's stream before the last snapshot
	owners   *xsync.Map[string, actors.PID] // processes, by the names under which they own
	names    *xsync.Map[actors.PID, string] // the same the other way round
	given    givenUp
	watchers watchers
}

// NewSpace returns the handle of a space, whether or not it runs yet, and the child that runs it: a supervisor of its process, and of the one that has
// its log meanwhile.
func NewSpace(sys *actors.System, o SpaceOptions) (*Space, supervision.Child, error) {
	if err := o.Validate(); err != nil {
		return nil, supervision.Child{}, err
	}
	o = o.withDefaults()
	s := &Space{sys: sys, o: o, ref: actors.Named[spaceMessage](sys, o.Name), owners: xsync.NewMap[string, actors.PID](), names: xsync.NewMap[actors.PID, string]()}
	child := func(id, name, kind string, start func() actors.Behavior[spaceMessage]) supervision.Child {
		return supervision.Child{ID: id, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, name, start, actors.Kind(kind), actors.MailboxSize(-1))
			return ref.PID(), err
		}}
	}
	return s, supervision.Sub(o.Name+".sup", supervision.Spec{Intensity: o.Intensity, Children: []supervision.Child{
		child("holder", s.holderName(), "space holder", func() actors.Behavior[spaceMessage] { return &spaceHolder{s: s} }),
		child("space", o.Name, "space", func() actors.Behavior[spaceMessage] { return &spaceActor{s: s} }),
	}}), nil
}

// Name returns the space's name.
func (s *Space) Name() string { return s.o.Name }

func (s *Space) holderName() string { return s.o.Name + ".holder" }

// ownerKey is the key of an owner's name in a context.
type ownerKey struct{}

// AsOwner gives code outside of processes a name to own things under. Without it each request is an owner of its own, whose deadlocks nobody sees. What
// it owns is freed by release or the end of a lease alone: nobody knows when such code ends.
func AsOwner(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, ownerKey{}, name)
}

// caller tells who asks: a process by its context, or whoever AsOwner names.
func (s *Space) caller(ctx context.Context, id string) (owner string, pid actors.PID) {
	if c, ok := actors.CallerOf(ctx); ok {
		return s.nameOf(c.PID()), c.PID()
	}
	if name, ok := ctx.Value(ownerKey{}).(string); ok && name != "" {
		return "outside/" + name, actors.PID{}
	}
	return "outside/" + id, actors.PID{}
}

// nameOf is the name under which a process owns things: its path and incarnation.
func (s *Space) nameOf(pid actors.PID) string {
	if name, known := s.names.Load(pid); known {
		return name
	}
	name := pid.String()
	s.owners.Store(name, pid)
	s.names.Store(pid, name)
	return name
}

// newID returns an id that no other request of the handle has. Requests of earlier programs are gone from the space when this one asks.
func (s *Space) newID() string { return strconv.FormatUint(s.ids.Add(1), 36) }

// ask has one thing done. While the process is down it waits, and asks the next one under the same id, so that nothing is done twice. When ctx ends what
// was asked is taken back, for sure but later.
func (s *Space) ask(ctx context.Context, in spaceInput) (spaceAnswer, error) {
	m := &ask{spaceStep: spaceStep{in: in}}
	a, err := s.send(ctx, m)
	if err != nil {
		return spaceAnswer{}, err
	}
	return *a, nil
}

// send is ask for a message that is made already. The answer is the caller's.
func (s *Space) send(ctx context.Context, m *ask) (*spaceAnswer, error) {
	if m.in.ID == "" {
		m.in.ID = s.newID()
	}
	if m.in.Owner == "" {
		m.in.Owner, m.pid = s.caller(ctx, m.in.ID)
	}
	if r := m.in.Lock; r != nil {
		r.ID, r.Owner = m.in.ID, m.in.Owner
	}
	var downSince time.Time
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		a, err := actors.CallForever(ctx, s.ref, func(reply actors.Reply[*spaceAnswer]) spaceMessage {
			m.reply = reply
			return m
		})
		if err == nil {
			return a, nil
		}
		if ctx.Err() != nil {
			s.giveUp(m.in.ID)
			if away(err) {
				err = context.Cause(ctx)
			}
			return nil, err
		}
		if !away(err) {
			return nil, err
		}
		now := s.sys.Now()
		if downSince.IsZero() {
			downSince = now
		}
		if s.o.MaxWait > 0 && now.Sub(downSince) >= s.o.MaxWait {
			s.giveUp(m.in.ID)
			return nil, fmt.Errorf("protocols: space %q: %w: %w", s.o.Name, ErrSpaceDown, err)
		}
		if err := s.sys.Sleep(ctx, pause); err != nil {
			s.giveUp(m.in.ID)
			return nil, err
		}
		m = &ask{spaceStep: spaceStep{in: m.in}, pid: m.pid} // the former process may have it, and its log
	}
}

// away tells a process that is not there from one that refuses.
func away(err error) bool {
	var died *actors.CallError
	return errors.Is(err, actors.ErrNoProc) || errors.As(err, &died)
}

// giveUp has a request taken back by the process that lives, or by the next one.
func (s *Space) giveUp(id string) {
	s.given.add(id)
	_ = s.ref.TryTell(give{}) // a process that comes later looks by itself
}

// view asks for something that is read of the state, as it is kept.
func view[R any](ctx context.Context, s *Space, with func(*spaceState) R) (R, error) {
	v, err := actors.Call(ctx, s.ref, func(reply actors.Reply[any]) spaceMessage {
		return look{func(st *spaceState) any { return with(st) }, reply}
	})
	if err != nil {
		var none R
		return none, fmt.Errorf("protocols: space %q: %w", s.o.Name, err)
	}
	return v.(R), nil
}

// givenUp are the requests that nobody waits for any more.
type givenUp struct {
	mu  sync.Mutex
	ids []string
}

func (g *givenUp) add(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ids = append(g.ids, id)
}

func (g *givenUp) take() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	ids := g.ids
	g.ids = nil
	return ids
}

// outside reports whether an owner is no process.
func outside(owner string) bool { return strings.HasPrefix(owner, "outside/") }

// agentOf is the last part of a process's path.
func agentOf(owner string) string {
	if outside(owner) {
		return ""
	}
	if at := strings.LastIndexByte(owner, '#'); at > 0 {
		owner = owner[:at]
	}
	return owner[strings.LastIndexByte(owner, '/')+1:]
}

// emit tells news, with the space and the agent filled in.
func (s *Space) emit(bus *telemetry.Bus, news spaceNews) {
	if news == nil {
		return
	}
	if bus.Active() {
		telemetry.Emit[telemetry.Event](bus, news.in(s.o.Name))
	}
	if e, ok := news.(LeaderElected); ok {
		s.watchers.tell(Leadership{Election: e.Name, Leader: e.Owner, Term: e.Term})
	}
	if e, ok := news.(LeaderDeposed); ok {
		s.watchers.tell(Leadership{Election: e.Name, Term: e.Term})
	}
}
