// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/expr"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// SpaceOptions set up a space. Name is required.
type SpaceOptions struct {
	// Name is the name of the space and the beginning of its processes' names.
	Name string
	// Journal keeps the space for good, under Stream ("cognitive/NAME" if it is empty); nil keeps it as long as the program lives.
	Journal Journal
	Stream  string
	// Decider has others agree to proposals; nil refuses what needs agreement.
	Decider Decider
	// Applier brings values to those who run them; nil asks nobody.
	Applier Applier
	// MaxWait is how long a call waits for a process that is down before anything was sent to it; 0 means 5 s.
	MaxWait time.Duration
	// Intensity is that of the space's supervisor; zero means 100 restarts in 10 s.
	Intensity supervision.Intensity
}

func (o SpaceOptions) withDefaults() SpaceOptions {
	o.Stream = cmp.Or(o.Stream, "cognitive/"+o.Name)
	o.MaxWait = cmp.Or(o.MaxWait, 5*time.Second)
	if o.Intensity == (supervision.Intensity{}) {
		o.Intensity = supervision.Intensity{Max: 100, Within: 10 * time.Second}
	}
	return o
}

// Space is the handle of a space of variables. It outlives the processes of the space: what is published is here, and reads ask nobody. It may be used by any number
// of goroutines and processes.
type Space struct {
	sys  *actors.System
	o    SpaceOptions
	root atomic.Pointer[root]
	ids  atomic.Uint64
	life string // tells the keys of this handle from those of others

	committer actors.Ref[committerMessage]
	opener    actors.Ref[openerMessage]
	notifier  actors.Ref[notifierMessage]
	cells     *xsync.Map[string, *cell]
	hub       hub
	turns     turns
	adapting  atomic.Pointer[map[string]*adapterCell] // a copy of mu.adapters

	mu struct {
		sync.Mutex
		owner       actors.PID // the incarnation of the committer that may publish
		constraints []Constraint
		added       map[string]bool // variables that this program has added
		adapters    map[string]*adapterCell
		log         []*Commit // the last commits that were published, oldest first
		logEnd      uint64    // how many were published in all
	}
}

// logLimit is how many published commits the handle keeps for those who fall behind.
const logLimit = 8192

// cell is what the handle has of one variable's process.
type cell struct {
	ref   actors.Ref[variableMessage]
	pid   atomic.Pointer[actors.PID] // the last one that has not stopped in order
	told  atomic.Bool                // that it crashed
	place atomic.Int64               // of the variable with the name, if there is one
}

// down reports whether the process has crashed and is not there again.
func (c *cell) down() bool {
	pid := c.pid.Load()
	return pid != nil && pid.Fenced()
}

// NewSpace returns the handle of a space, whether or not it runs yet, and the child that runs it.
func NewSpace(sys *actors.System, o SpaceOptions) (*Space, supervision.Child, error) {
	if o.Name == "" {
		return nil, supervision.Child{}, errors.New("cognitive: space: no name")
	}
	o = o.withDefaults()
	s := &Space{sys: sys, o: o, cells: xsync.NewMap[string, *cell]()}
	s.life = strconv.FormatUint(sys.Rand("cognitive/"+o.Name).Uint64(), 36) + "-" + strconv.FormatInt(sys.Now().UnixNano(), 36) + "-"
	s.mu.added, s.mu.adapters = map[string]bool{}, map[string]*adapterCell{}
	s.committer = actors.Named[committerMessage](sys, o.Name+".committer")
	s.opener = actors.Named[openerMessage](sys, o.Name+".opener")
	s.notifier = actors.Named[notifierMessage](sys, o.Name+".notifier")
	return s, supervision.Sub(o.Name, supervision.Spec{
		Strategy: supervision.RestForOne, Intensity: o.Intensity,
		Children: []supervision.Child{
			global(o.Name+".committer", func() actors.Behavior[committerMessage] { return &committer{s: s} }),
			many(o.Name+".variables", o.Intensity),
			many(o.Name+".adapters", o.Intensity),
			global(o.Name+".opener", func() actors.Behavior[openerMessage] { return &opener{s: s} }),
			global(o.Name+".notifier", func() actors.Behavior[notifierMessage] { return &notifier{s: s} }),
		},
	}), nil
}

// global describes a process that is found by its name.
func global[M any](name string, start func() actors.Behavior[M]) supervision.Child {
	return supervision.Child{ID: name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, name, start, actors.Kind("cognitive"), actors.MailboxSize(-1))
		return ref.PID(), err
	}}
}

// many describes a supervisor of children that come and go, which is found by its name.
func many(name string, intensity supervision.Intensity) supervision.Child {
	return supervision.Child{ID: name, Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		sup, err := dynamic.StartLink(in, name, dynamic.Spec{Intensity: intensity})
		return sup.PID(), err
	}}
}

// Name returns the space's name.
func (s *Space) Name() string { return s.o.Name }

// Version returns the version of the whole space.
func (s *Space) Version() Version {
	if r := s.root.Load(); r != nil {
		return r.version
	}
	return Version{}
}

// Constrain adds a condition across variables, which holds for every change from now on. What breaks it already stays until it is changed. Constraints are code and are
// not journaled: a program gives them at its start.
func (s *Space) Constrain(c Constraint) error {
	if err := s.ready(&c); err != nil {
		return fmt.Errorf("cognitive: constraint %q: %w", c.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.mu.constraints, func(d Constraint) bool { return d.Name == c.Name }) {
		return fmt.Errorf("cognitive: constraint %q: %w", c.Name, ErrDuplicateName)
	}
	s.mu.constraints = append(slices.Clone(s.mu.constraints), c)
	return nil
}

// ready checks and compiles a constraint.
func (s *Space) ready(c *Constraint) error {
	forms := 0
	for _, there := range []bool{c.Holds != nil, c.Text != "", len(c.Budget) > 0} {
		if there {
			forms++
		}
	}
	if c.Name == "" || len(c.Variables) == 0 || forms != 1 || len(c.Budget) > 0 && len(c.Budget) != len(c.Variables) {
		return errors.New("want a name, variables, and one of Holds, Text and Budget with a factor for each variable")
	}
	spec := expr.Spec{Result: kind.Truth}
	for _, name := range c.Variables {
		e := s.root.Load().find(name)
		switch {
		case e == nil:
			return fmt.Errorf("variable %q: %w", name, ErrNotFound)
		case e.def.composite != nil:
			return fmt.Errorf("variable %q: %w", name, ErrComputed)
		}
		spec.Inputs = append(spec.Inputs, expr.Input{Name: name, Type: e.def.kind.Type()})
	}
	if c.Text != "" {
		f, err := expr.Compile(c.Text, spec)
		if err != nil {
			return err
		}
		c.formula = f
	}
	return nil
}

// Constraints returns the constraints, in the order in which they were added.
func (s *Space) Constraints() []Constraint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.constraints
}

// cell returns that of a variable.
func (s *Space) cell(name string) *cell {
	c, _ := s.cells.LoadOrCompute(name, func() (*cell, bool) {
		c := &cell{}
		c.ref = actors.ResolvedIn[variableMessage](s.sys, s.o.Name+"/"+name, func() actors.PID {
			if pid := c.pid.Load(); pid != nil {
				return *pid
			}
			return actors.PID{}
		})
		return c, false
	})
	return c
}

// newKey returns an id that nobody else has.
func (s *Space) newKey() string { return s.life + strconv.FormatUint(s.ids.Add(1), 36) }

// own makes an incarnation of the committer the one that may publish.
func (s *Space) own(pid actors.PID) *root {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.owner = pid
	return s.root.Load()
}

// publish lets everybody see what a book has; false if the incarnation has been replaced or fenced, and nobody sees it.
func (s *Space) publish(pid actors.PID, b *book) ([]*Commit, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.owner != pid || pid.Fenced() {
		return nil, false
	}
	r, fresh, born := b.publish(s.root.Load())
	r.cells = s.cells
	for _, v := range born {
		s.cell(v.def.name).place.Store(int64(v.def.place))
	}
	s.root.Store(r)
	if s.mu.log = append(s.mu.log, fresh...); len(s.mu.log) > 2*logLimit {
		s.mu.log = append([]*Commit(nil), s.mu.log[len(s.mu.log)-logLimit:]...)
	}
	s.mu.logEnd += uint64(len(fresh))
	return fresh, true
}

// published returns the commits behind a place of the log, and where it ends. lost counts those that are not kept any more.
func (s *Space) published(from uint64) (list []*Commit, end, lost uint64, r *root) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end = s.mu.logEnd
	begin := end - uint64(len(s.mu.log))
	if from < begin {
		lost, from = begin-from, begin
	}
	from = min(from, end)
	return s.mu.log[from-begin : len(s.mu.log) : len(s.mu.log)], end, lost, s.root.Load()
}

// away tells a process that is not there from one that refuses.
func away(err error) bool { return errors.Is(err, actors.ErrNoProc) }

// insist calls a process of the space. One that is not there is waited for: nothing has been sent then. One that ended with what was sent answers ErrRestarted.
func insist[R, M any](ctx context.Context, s *Space, to actors.Ref[M], build func(actors.Reply[R]) M) (R, error) {
	var since time.Time
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		r, err := actors.CallForever(ctx, to, build)
		var died *actors.CallError
		switch {
		case err == nil:
			return r, nil
		case errors.As(err, &died):
			return r, fmt.Errorf("cognitive: space %q: %w: %w", s.o.Name, ErrRestarted, err)
		case errors.Is(err, actors.ErrStopped) || errors.Is(err, actors.ErrFenced):
			return r, fmt.Errorf("cognitive: space %q: %w: %w", s.o.Name, ErrStopped, err)
		case !away(err):
			return r, err
		}
		now := s.sys.Now()
		if since.IsZero() {
			since = now
		}
		if now.Sub(since) >= s.o.MaxWait {
			return r, fmt.Errorf("cognitive: space %q: %w: %w", s.o.Name, ErrRestarted, err)
		}
		if err := s.sys.Sleep(ctx, pause); err != nil {
			return r, err
		}
	}
}
