// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sourced"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

const (
	// soon is the wait before the keeper looks again at a partition that is being restarted.
	soon = 50 * time.Millisecond
	// later is the wait before it starts a member again that could not be started.
	later = 10 * time.Second
)

// keeper starts the durable members of a team: all of them when it starts itself, and those of a partition when that has been restarted. Adding and
// removing goes through it, so that nobody is started twice.
type keeper struct {
	team    *Team
	watched map[actors.PID]bool // partitions
	due     actors.Timer
}

// keeperMessage is what it takes.
type keeperMessage interface{ keeper() }

type (
	addKept struct {
		spec  Spec
		reply actors.Reply[actors.PID]
	}
	dropKept struct {
		id     string
		member actors.PID
		reply  actors.Reply[struct{}]
	}
	fill        struct{}
	partitionUp struct{ actors.Down }
)

func (addKept) keeper()     {}
func (dropKept) keeper()    {}
func (fill) keeper()        {}
func (partitionUp) keeper() {}

// Init has the members started behind it.
func (k *keeper) Init(ctx *actors.Context[keeperMessage]) error {
	k.watched = map[actors.PID]bool{}
	ctx.Continue(fill{})
	return nil
}

// Receive handles one message.
func (k *keeper) Receive(ctx *actors.Context[keeperMessage], m keeperMessage) error {
	switch m := m.(type) {
	case fill:
		k.fill(ctx)
	case partitionUp:
		delete(k.watched, m.PID)
		k.again(ctx, soon)
	case addKept:
		if pid, err := k.add(ctx, m.spec); err != nil {
			m.reply.Fail(err)
		} else {
			m.reply.Send(pid)
		}
	case dropKept:
		if err := k.drop(ctx, m); err != nil {
			m.reply.Fail(err)
		} else {
			m.reply.Send(struct{}{})
		}
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

func (k *keeper) again(ctx *actors.Context[keeperMessage], after time.Duration) {
	k.due.Cancel()
	k.due = ctx.After(after, fill{})
}

// fill starts every member that is kept and does not live. While a partition or a member is being restarted nobody can say who lives.
func (k *keeper) fill(ctx *actors.Context[keeperMessage]) {
	living, settled := k.living(ctx)
	if !settled {
		k.again(ctx, soon)
		return
	}
	view, err := k.team.ledger.View(ctx)
	switch {
	case err != nil, view.Phase == sourced.Recovering:
		k.again(ctx, soon)
		return
	case view.Err != nil: // nobody can be added or removed either, and says so
		ctx.Logger().Error("the durable agents of a team cannot be read", slog.String("team", k.team.spec.Name), slog.Any("error", view.Err))
		return
	}
	for _, id := range view.State.ids() {
		if _, there := living[id]; there {
			continue
		}
		if _, err := k.team.start(ctx, view.State[id]); err != nil {
			ctx.Logger().Warn("a durable agent does not start", slog.String("team", k.team.spec.Name), slog.String("agent", id), slog.Any("error", err))
			k.again(ctx, later)
		}
	}
}

// living are the members by name; settled is false while some of them are being restarted.
func (k *keeper) living(ctx *actors.Context[keeperMessage]) (all map[string]actors.PID, settled bool) {
	partitions, err := k.team.super.Children(ctx)
	if err != nil {
		return nil, false
	}
	all = map[string]actors.PID{}
	for _, p := range partitions {
		if p.PID.IsZero() {
			return nil, false
		}
		if !k.watched[p.PID] {
			k.watched[p.PID] = true
			ctx.Monitor(p.PID, func(d actors.Down) keeperMessage { return partitionUp{d} })
		}
		members, err := membersOf(ctx, p.PID)
		if err != nil {
			return nil, false
		}
		for _, m := range members {
			if m.PID.IsZero() {
				return nil, false
			}
			all[m.PID.Name()] = m.PID
		}
	}
	return all, true
}

func membersOf(ctx context.Context, partition actors.PID) ([]supervision.ChildInfo, error) {
	super, err := dynamic.Of(partition)
	if err != nil {
		return nil, err
	}
	return super.Children(ctx)
}

// add writes a member down and starts it. One that cannot be started is not kept.
func (k *keeper) add(ctx *actors.Context[keeperMessage], s Spec) (actors.PID, error) {
	if err := k.write(ctx, kept{Spec: &s}); err != nil {
		return actors.PID{}, err
	}
	pid, err := k.team.start(ctx, s)
	if err != nil {
		return pid, errors.Join(err, k.write(ctx, kept{Dropped: s.ID}))
	}
	return pid, nil
}

// drop stops a member and strikes it off. One that has ended for good is only struck off.
func (k *keeper) drop(ctx *actors.Context[keeperMessage], m dropKept) error {
	if err := k.team.stop(ctx, m.id, m.member); err != nil {
		living, settled := k.living(ctx)
		if _, there := living[m.id]; there || !settled || !errors.Is(err, dynamic.ErrNotFound) {
			return err
		}
		view, lost := k.read(ctx)
		if _, there := view.State[m.id]; lost != nil || !there {
			return errors.Join(err, lost)
		}
	}
	return k.write(ctx, kept{Dropped: m.id})
}

// patience is how long a call waits for the team to be read after a start.
const patience = 10 * time.Second

// read returns what is written down, when all of it has been read.
func (k *keeper) read(ctx *actors.Context[keeperMessage]) (sourced.View[roll], error) {
	limit, stop := ctx.WithTimeout(patience)
	defer stop()
	for {
		view, err := k.team.ledger.View(limit)
		if err != nil || view.Phase != sourced.Recovering {
			return view, errors.Join(err, view.Err)
		}
		if err := ctx.System().Sleep(limit, soon); err != nil {
			return view, err
		}
	}
}

// write has an event stored. The command's id is made of the version that it is written behind, so that no other command ever has it, not in another life of
// the node either.
func (k *keeper) write(ctx *actors.Context[keeperMessage], what kept) error {
	view, err := k.read(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %t %s", view.Version, what.Spec != nil, what.id()))
	_, err = k.team.ledger.Do(ctx, events.ID(sum[:16]), what)
	return err
}
