// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/supervision"
)

// Spec describes a migration. Old and New are required.
type Spec struct {
	// Name is that of the migration's process; the default is "registry.migration".
	Name string
	// Old is the registry that is used now, New the one that is to take its place. Nobody but the migration writes to New before, or to Old after:
	// they are sealed.
	Old, New Side
	// Journal keeps how far it is; nil makes a [Memory], which lasts as long as the program.
	Journal Journal
	// Every is the time between two looks at what has changed; 50 ms.
	Every time.Duration
	// Drain is how long a retirement waits for calls that are open; 30 s.
	Drain time.Duration
	// Watch has it roll back by itself when calls go worse after a switch. The zero Watch leaves that to whoever orders the steps.
	Watch Watch
}

// Validate returns every mistake of the spec, joined.
func (s Spec) Validate() error {
	var all []error
	wrong := func(what string) { all = append(all, fmt.Errorf("migrate: check spec %q: %s", s.Name, what)) }
	if s.Old == nil || s.New == nil {
		wrong("old and new are both needed")
	} else if s.Old.Name() == s.New.Name() {
		wrong(fmt.Sprintf("old and new are both %q", s.Old.Name()))
	}
	if s.Every < 0 || s.Drain < 0 || s.Watch.For < 0 {
		wrong("a time is negative")
	}
	return errors.Join(all...)
}

// Migration is the handle of a migration. It reaches whoever runs under its name, and may be used by any number of goroutines.
type Migration struct {
	spec  Spec
	ref   actors.Ref[message]
	front *front
}

// New returns the handle of a migration, whether or not it runs yet, and the child that runs it. The child goes behind those of both registries and
// before whoever uses [Migration.Book].
func New(sys *actors.System, s Spec) (*Migration, supervision.Child, error) {
	if err := s.Validate(); err != nil {
		return nil, supervision.Child{}, err
	}
	if s.Name == "" {
		s.Name = "registry.migration"
	}
	if s.Journal == nil {
		s.Journal = new(Memory)
	}
	if s.Every == 0 {
		s.Every = 50 * time.Millisecond
	}
	if s.Drain == 0 {
		s.Drain = 30 * time.Second
	}
	ref := actors.Named[message](sys, s.Name)
	m := &Migration{spec: s, ref: ref, front: &front{sys: sys, ref: ref}}
	sides := [2]*counted{plan.Old: {Side: s.Old}, plan.New: {Side: s.New}}
	return m, supervision.Child{ID: s.Name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, s.Name, func() actors.Behavior[message] { return &mover{spec: s, front: m.front, sides: sides} },
			actors.Kind("migration"), actors.OnFull(actors.Unbounded))
		return ref.PID(), err
	}}, nil
}

// Book is what consumers hold: the old registry or the new one, whichever it is by now, without their noticing. A write that meets a switch is
// made at the other side; a reader sees what it has written before. There is none, and writes wait, before the migration's first start.
func (m *Migration) Book() registry.Book { return m.front }

// Status is how a migration stands.
type Status struct {
	Phase plan.Phase `json:"phase"`
	// Doing is a command that is under way, also through crashes.
	Doing plan.Command `json:"doing"`
	// Settled says that the registries are as the phase wants them. While it is false the next attempt is due soon.
	Settled bool `json:"settled"`
	// Problem is what the last attempt to bring the sides level met; "" for nothing.
	Problem string `json:"problem,omitempty"`
	// Worse is why the migration has rolled back by itself; "" if it has not since the last start.
	Worse string `json:"worse,omitempty"`
	// Copied counts the rows that were brought over, or taken out there, since the process began.
	Copied uint64 `json:"copied"`
	// Report is the last comparison of this process; nil if there was none.
	Report *plan.Report `json:"-"`
}

// Do carries out a command and returns when it is done, or has failed with nothing changed. It is no error that it was done before. Errors:
// [plan.ErrStep], [ErrDifferent], [ErrOpenCalls], registry.ErrUnavailable, and those of the Journal. A command that a crash interrupts is
// finished by the next process; the caller, who gets registry.ErrUnavailable, may ask again.
func (m *Migration) Do(ctx context.Context, c plan.Command) (Status, error) {
	s, err := actors.CallForever(ctx, m.ref, func(to actors.Reply[Status]) message { return order{c, to} })
	return s, m.away(c.String(), err)
}

// Status returns how it stands. Error: registry.ErrUnavailable.
func (m *Migration) Status(ctx context.Context) (Status, error) {
	s, err := actors.Call(ctx, m.ref, func(to actors.Reply[Status]) message { return look{to} })
	return s, m.away("show status", err)
}

// away makes the failure of a call one of the registry's errors, and leaves what the process answered.
func (m *Migration) away(op string, err error) error {
	var ended *actors.CallError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ended), errors.Is(err, actors.ErrTimeout):
		return &registry.UnavailableError{Op: "migrate: " + op, Unsure: true, Err: err}
	case errors.Is(err, actors.ErrNoProc), errors.Is(err, actors.ErrStopped):
		return &registry.UnavailableError{Op: "migrate: " + op, Err: err}
	}
	return err
}
