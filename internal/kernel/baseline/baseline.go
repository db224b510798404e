// SPDX-License-Identifier: Apache-2.0

package baseline

import (
	"io"
	"log/slog"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// System is a plain protoactor system.
type System struct{ engine *actor.ActorSystem }

// New makes one that logs nothing.
func New() *System {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	return &System{actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }))}
}

// Close ends the system.
func (s *System) Close() { s.engine.Shutdown() }

// Send sends msg n times to one actor and returns when it has received them all.
func (s *System) Send(n int, msg any) {
	done := make(chan struct{})
	seen := 0
	pid := s.engine.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if lifecycle(ctx.Message()) {
			return
		}
		if seen++; seen == n {
			close(done)
		}
	}))
	root := s.engine.Root
	for range n {
		root.Send(pid, msg)
	}
	<-done
	s.engine.Root.Stop(pid)
}

// Spawn starts n actors one after another and returns when all have handled Started. As protoactor has it, a spawn returns before that
// and the handling overlaps with further spawns; nobody waits for a single one here, which favours the baseline. The returned function
// stops them and returns when all have handled Stopped.
func (s *System) Spawn(n int) (stop func()) {
	var started, stopped sync.WaitGroup
	started.Add(n)
	stopped.Add(n)
	props := actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started:
			started.Done()
		case *actor.Stopped:
			stopped.Done()
		}
	})
	pids := make([]*actor.PID, n)
	for i := range pids {
		pids[i] = s.engine.Root.Spawn(props)
	}
	started.Wait()
	return func() {
		for _, pid := range pids {
			s.engine.Root.Stop(pid)
		}
		stopped.Wait()
	}
}

// SpawnEach starts n actors, each when the one before has handled Started: what a start that waits for its Init is like for protoactor. The
// returned function stops them and returns when all have handled Stopped.
func (s *System) SpawnEach(n int) (stop func()) {
	started := make(chan struct{}, 1) // sent to once by each actor
	var stopped sync.WaitGroup
	stopped.Add(n)
	props := actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started:
			started <- struct{}{}
		case *actor.Stopped:
			stopped.Done()
		}
	})
	pids := make([]*actor.PID, n)
	for i := range pids {
		pids[i] = s.engine.Root.Spawn(props)
		<-started
	}
	return func() {
		for _, pid := range pids {
			s.engine.Root.Stop(pid)
		}
		stopped.Wait()
	}
}
