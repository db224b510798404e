// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
)

// Mailbox is a process seen as a protoactor mailbox. It takes posts before its handlers are registered; it runs nothing before the
// process's Init is over.
type Mailbox Proc

var _ actor.Mailbox = (*Mailbox)(nil)

// PostUserMessage queues a message that was sent through protoactor by id; the kernel's own sends do not come this way. A message
// with a GetMessages method is a message like any other.
func (m *Mailbox) PostUserMessage(message any) {
	p := (*Proc)(m)
	if env, ok := message.(*actor.MessageEnvelope); ok {
		message = env.Message
	}
	p.Tell(message, nil)
}

// PostSystemMessage obeys protoactor's suspend and resume. Its other system messages concern life cycles that the kernel runs
// itself: Started and Stop are known and need nothing, anything else is reported.
func (m *Mailbox) PostSystemMessage(message any) {
	p := (*Proc)(m)
	switch message.(type) {
	case *actor.SuspendMailbox:
		p.suspend(true)
	case *actor.ResumeMailbox:
		p.suspend(false)
	case *actor.Started:
	case *actor.Stop:
		p.Kill()
	default:
		p.sys.logger.Error("kernel: unexpected system message", slog.Any("message", message), slog.String("process", p.Path()))
	}
}

// RegisterHandlers takes protoactor's invoker for this actor.
func (m *Mailbox) RegisterHandlers(invoker actor.MessageInvoker, _ actor.Dispatcher) {
	m.invoker = invoker
}

// Start is called by protoactor when the actor is registered; turns begin only after Init.
func (m *Mailbox) Start() {}

// UserMessageCount returns the number of messages that wait.
func (m *Mailbox) UserMessageCount() int { return (*Proc)(m).QueueLen() }

// suspend holds turns back, or lets them go on.
func (p *Proc) suspend(on bool) {
	p.mu.Lock()
	p.takeBackLocked()
	p.suspended = on
	wake := !on && p.wakeLocked()
	p.mu.Unlock()
	if wake {
		p.sys.ready(p)
	}
}
