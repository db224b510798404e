// SPDX-License-Identifier: Apache-2.0

package baseline

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// Pairs sends msg from as many actors as there are pairs to as many others, each times to its own, and returns when all are received.
func (s *System) Pairs(pairs, each int, msg any) {
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
	for _, pid := range senders {
		root.Send(pid, msg)
	}
	done.Wait()
	for i := range pairs {
		root.Stop(senders[i])
		root.Stop(receivers[i])
	}
}

// lifecycle tells protoactor's own notices from messages.
func lifecycle(msg any) bool {
	switch msg.(type) {
	case *actor.Started, *actor.Stopping, *actor.Stopped:
		return true
	}
	return false
}
