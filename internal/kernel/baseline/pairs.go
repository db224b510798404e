// SPDX-License-Identifier: Apache-2.0

package baseline

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// Pairs makes as many sending actors as there are pairs, and as many receiving ones. send sends msg each times in every pair and returns when
// all are received; it is to be called once. stop stops the actors.
func (s *System) Pairs(pairs, each int, msg any) (send, stop func()) {
	var done sync.WaitGroup
	done.Add(pairs)
	root := s.engine.Root
	senders := make([]*actor.PID, pairs)
	receivers := make([]*actor.PID, pairs)
	for i := range pairs {
		seen := 0
		receivers[i] = root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if lifecycle(ctx.Message()) {
				return
			}
			if seen++; seen == each {
				done.Done()
			}
		}))
		senders[i] = root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if lifecycle(ctx.Message()) {
				return
			}
			for range each {
				ctx.Send(receivers[i], msg)
			}
		}))
	}
	send = func() {
		for _, pid := range senders {
			root.Send(pid, msg)
		}
		done.Wait()
	}
	stop = func() {
		for i := range pairs {
			root.Stop(senders[i])
			root.Stop(receivers[i])
		}
	}
	return send, stop
}

// lifecycle tells protoactor's own notices from messages.
func lifecycle(msg any) bool {
	switch msg.(type) {
	case *actor.Started, *actor.Stopping, *actor.Stopped:
		return true
	}
	return false
}
