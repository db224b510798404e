// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"log/slog"
	"slices"
	"strconv"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// newEngine makes a protoactor system that keeps to itself: no metrics (they would replace the global OpenTelemetry provider), no
// coloured lines, nothing below warnings.
func newEngine(logger *slog.Logger) *actor.ActorSystem {
	quieter := slog.New(warnings{logger.Handler()})
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quieter }))
	slim(system.ProcessRegistry)
	return system
}

// slim makes protoactor's registry a small one. It comes with 32,768 maps for addresses, three megabytes that each garbage collection looks
// through, and our actors have no address; what is left has 32.
func slim(registry *actor.ProcessRegistryValue) {
	moved := map[string]actor.Process{}
	for _, id := range []string{"deadletter", "eventstream"} { // all that a new system has
		if process, ok := registry.GetLocal(id); ok {
			moved[id] = process
		}
	}
	registry.LocalPIDs.LocalPIDs = slices.Clone(registry.LocalPIDs.LocalPIDs[:1])
	for id, process := range moved {
		registry.Add(process, id)
	}
}

// Engine is a protoactor system that serves one system after another: see [Simulation].
type Engine struct{ system *actor.ActorSystem }

// NewEngine makes one, which logs to logger.
func NewEngine(logger *slog.Logger) *Engine { return &Engine{newEngine(logger)} }

// Close ends it, when no system uses it any more.
func (e *Engine) Close() { e.system.Shutdown() }

// spawnSlot holds Props whose producers hand out the process that is being spawned. Protoactor's producers take no argument, and
// Props of its own would cost every process a quarter of a kilobyte for life; a slot's Props are shared by all that it spawned, and so is
// its id, which is in protoactor's registry for the length of a spawn.
type spawnSlot struct {
	id    string
	props *actor.Props
	next  *Proc
}

// spawnSlots is a free list of slots: as many as there were spawns at the same time.
type spawnSlots struct {
	mu struct {
		sync.Mutex
		free []*spawnSlot
		made int
	}
}

func (l *spawnSlots) take(d *dispatcher) *spawnSlot {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.mu.free); n > 0 {
		slot := l.mu.free[n-1]
		l.mu.free = l.mu.free[:n-1]
		return slot
	}
	slot := &spawnSlot{id: strconv.Itoa(l.mu.made)}
	l.mu.made++
	slot.props = actor.PropsFromProducer(
		func() actor.Actor { return (*shell)(slot.next) },
		actor.WithMailbox(func() actor.Mailbox { return (*Mailbox)(slot.next) }),
		actor.WithDispatcher(d),
		actor.WithSupervisor(stopAlways),
	)
	return slot
}

func (l *spawnSlots) put(slot *spawnSlot) {
	slot.next = nil
	l.mu.Lock()
	l.mu.free = append(l.mu.free, slot)
	l.mu.Unlock()
}

// stopAlways is protoactor's own strategy for our actors: never restart. It is not reached, because no panic leaves a shell.
var stopAlways = actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.StopDirective })

// incarnate makes p a protoactor actor: with the mailbox, the dispatcher and the invoker of any other, but without an address. Protoactor's
// spawn cannot do without an entry in its registry of addresses, so the entry is taken out again before anybody could use it. See
// docs/adr/0006-actors-without-an-address.md.
func (s *System) incarnate(p *Proc) error {
	slot := s.spawns.take(s.dispatcher)
	slot.next = p
	pid, err := s.engine.Root.SpawnNamed(slot.props, slot.id)
	if err == nil {
		s.engine.ProcessRegistry.Remove(pid)
	}
	s.spawns.put(slot)
	return err
}

// shell is a process seen as a protoactor actor.
type shell Proc

// Receive is called by protoactor's invoker with the process itself as the message: the envelope in hand is in its record, so a
// message costs protoactor no allocation and no user type is ever taken for one of protoactor's own.
func (sh *shell) Receive(ctx actor.Context) {
	if p, ok := ctx.Message().(*Proc); ok && p == (*Proc)(sh) {
		p.handle()
	}
}
