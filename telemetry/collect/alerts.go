// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry/alert"
)

// AlertOptions set up an Alerts.
type AlertOptions struct {
	// Name is that of the process, unique in the system, and of its child; empty means "alerts".
	Name string
	// Spec is the rules and routes.
	Spec alert.Spec
	// Senders by the names of routes; each route of the spec needs one.
	Senders map[string]Sender
	// SendTimeout is after which time a Sender's context ends; 0 means 10 s.
	SendTimeout time.Duration
	// Silences are in force from the beginning; those that are over are left out.
	Silences []alert.Silence
}

// Alerts is the handle of the alert manager. It is safe for concurrent use and outlives the restarts of its process.
type Alerts struct {
	agg   *Aggregator
	o     AlertOptions
	ref   actors.Ref[alertsMessage]
	state atomic.Pointer[alertState]
}

// alertState is what the process publishes after each step: what people look at, and what the next incarnation goes on from. It is immutable.
type alertState struct {
	spec    alert.Spec // the one in force
	memory  alert.Memory
	view    AlertView
	senders map[string]Sender
}

// AlertView is what the alert manager knows at one moment.
type AlertView struct {
	// At is the time of the step that it is of; the zero time before the first.
	At time.Time
	// Alerts are those that are not idle, in the order of the rules and then of the keys.
	Alerts []alert.Status
	// Silences are those in force.
	Silences []alert.Silence
	// Failing are the routes whose last delivery failed.
	Failing []string
	// LeftOut counts samples of keys beyond alert.MaxKeys in this incarnation.
	LeftOut uint64
}

// NewAlerts makes a handle, or returns all mistakes: those of the spec and of silences, and a *SenderError for each route without a Sender. Its process is the child that
// Child describes.
func NewAlerts(agg *Aggregator, o AlertOptions) (*Alerts, error) {
	if o.Name == "" {
		o.Name = "alerts"
	}
	if o.SendTimeout <= 0 {
		o.SendTimeout = 10 * time.Second
	}
	if err := check(o.Spec, o.Senders); err != nil {
		return nil, err
	}
	memory, err := silenced(o.Spec, o.Silences, agg.sys.Now())
	if err != nil {
		return nil, err
	}
	a := &Alerts{agg: agg, o: o, ref: actors.Named[alertsMessage](agg.sys, o.Name)}
	a.state.Store(&alertState{spec: o.Spec, senders: o.Senders, memory: memory})
	return a, nil
}

// silenced returns the memory of a machine that has met nothing yet but silences.
func silenced(spec alert.Spec, all []alert.Silence, now time.Time) (alert.Memory, error) {
	m, err := alert.New(spec)
	if err != nil {
		return alert.Memory{}, err
	}
	var problems []error
	for _, s := range all {
		if !s.Until.After(now) {
			continue
		}
		_, err := m.Silence(now, s)
		problems = append(problems, err)
	}
	return m.Memory(), errors.Join(problems...)
}

func check(spec alert.Spec, senders map[string]Sender) error {
	problems := []error{spec.Validate()}
	for _, r := range spec.Routes {
		if senders[r.Name] == nil {
			problems = append(problems, &SenderError{r.Name})
		}
	}
	return errors.Join(problems...)
}

// Child describes the process.
func (a *Alerts) Child() supervision.Child {
	return supervision.Child{ID: a.o.Name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, a.o.Name, func() actors.Behavior[alertsMessage] { return &alerts{Alerts: a} }, actors.Kind("alerts"))
		return ref.PID(), err
	}}
}

// View returns what was known after the last step. It asks nobody.
func (a *Alerts) View() AlertView { return a.state.Load().view }

// Silence adds a silence and returns its id; its mistakes are *alert.FieldError values.
func (a *Alerts) Silence(ctx context.Context, s alert.Silence) (id uint64, err error) {
	return actors.Call(ctx, a.ref, func(r actors.Reply[uint64]) alertsMessage { return silence{s, r} })
}

// Unsilence ends a silence, or returns alert.ErrNoSilence.
func (a *Alerts) Unsilence(ctx context.Context, id uint64) error {
	_, err := actors.Call(ctx, a.ref, func(r actors.Reply[struct{}]) alertsMessage { return unsilence{id, r} })
	return err
}

// Acknowledge says that somebody takes care of an alert: it is neither repeated nor escalated until it is resolved. It returns alert.ErrNoAlert if it is neither
// pending nor firing.
func (a *Alerts) Acknowledge(ctx context.Context, rule, key, by string) error {
	_, err := actors.Call(ctx, a.ref, func(r actors.Reply[struct{}]) alertsMessage { return acknowledge{rule, key, by, r} })
	return err
}

// Replace changes rules and routes while the process runs, or returns all mistakes and changes nothing. Alerts of rules that keep their names go on where they
// are; those of rules that are gone are forgotten.
func (a *Alerts) Replace(ctx context.Context, spec alert.Spec, senders map[string]Sender) error {
	if err := check(spec, senders); err != nil {
		return err
	}
	_, err := actors.Call(ctx, a.ref, func(r actors.Reply[struct{}]) alertsMessage { return replace{spec, senders, r} })
	return err
}
