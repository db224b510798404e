// SPDX-License-Identifier: Apache-2.0

// Package topic gives processes the events of a journal as they come, chosen by wildcards over type and stream.
//
// # Guarantees
//
// Order: a subscriber gets events in the order of their positions. Delivery: each selected event is given once, or lies in a [Gap] that says so; nothing is ever left out in
// silence, also when the bus or the journal crashes meanwhile. Overflow: for each subscriber the bus keeps a bounded number of events and bytes; when it asks too seldom the oldest go, and the
// next answer begins with the gap that they left. So a subscriber that is slow, panics or never asks again costs itself some events, and the journal, the bus and the other subscribers
// nothing. What a subscriber gets is its own copy.
//
// The events themselves are in the journal: whoever needs those of a gap reads them there, from Gap.From to Gap.To.
//
// # Wildcards
//
// A type is made of tokens between dots, a stream of tokens between slashes. In a pattern the token * stands for exactly one token, and > as the last one for one or
// more. Every other token stands for itself, and the empty pattern for every name.
//
//	work.*      work.done, but neither work nor work.done.late
//	work/>      work/tasks and work/tasks/7, but not work
//	*.failed    task.failed, whatever it is that failed
//
// # Usage
//
// The bus, under a supervisor and behind its journal:
//
//	bus := topic.New(journal, topic.Options{})
//	child := supervision.Worker(bus.Name(), bus.Behavior, bus.ProcessOptions()...)
//
// A process subscribes in its Init, and asks again when it has dealt with an answer:
//
//	sub, err := topic.Subscribe(ctx, bus, topic.Spec{Types: "work.*"})
//	topic.Ask(ctx, sub, func(b topic.Batch, err error) message { return came{b, err} })
//
// # Duties of the user
//
// Look at Batch.Gap. Ask one question at a time. Use events/follow where nothing may be missed, or where a place must outlive the process.
//
// # Failure modes
//
// [PatternError] for a malformed pattern. [ErrAsked] for a second question while the first is open. While the bus is away, Ask waits and tries again; the answer then begins with a gap over what
// came meanwhile.
//
// # OTP
//
// The nearest are pg's groups with a message to each member, and Phoenix.PubSub; neither bounds what waits for a slow member. The wildcards are those of NATS.
//
// # State
//
// The bus's process owns what waits for each subscriber; it ends with the subscriber's process or with the bus. A [Subscription] remembers how far it was told.
//
// # Testing
//
// Use a journal on events/memory, in a testing/synctest bubble or in testkit/sim.
package topic
