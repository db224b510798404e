// SPDX-License-Identifier: Apache-2.0

// Package follow lets processes read the log of a journal as it grows: feeds for readers that keep their place themselves, and consumers whose place is durable.
//
// # Guarantees
//
// Order: events come in the order of their positions. Delivery: a [Feed] gives everything that its query selects behind a position, and then what is
// appended later, by one cursor over one order; there is no switch from replay to live, so there is neither gap nor repetition. A [Consumer] gives each selected
// event to its handler at least once: its place is kept in the store only after the handlers have returned, and is read again after a crash. Of one name one consumer is active in a system.
//
// Credit: nothing is pushed. A reader asks for up to so many events and gets no more until it asks again, so one that is slow, crashes or never asks again
// costs the journal and the other readers nothing.
//
// An event whose handler fails or panics again and again is written to the stream dead/<name>, and the consumer goes on, or it halts; it never crashes for it. Events that
// retention has removed before they were read are reported, never passed over.
//
// # Usage
//
// A durable consumer, under a supervisor:
//
//	mailer, err := follow.NewConsumer(journal, follow.Spec{Name: "mailer", Query: events.Query{Types: []string{"order.placed"}}}, send)
//	child := supervision.Worker(mailer.Name(), mailer.Behavior, mailer.ProcessOptions()...)
//
// A process that keeps its place itself:
//
//	follow.Ask(ctx, feed, after, 100, func(b follow.Batch, err error) message { return read{b, err} })
//
// and, when it has dealt with them, the same again with after = b.Through.
//
// # Duties of the user
//
// Handlers bear repetition; the event's id is the key to tell. They return when their context ends. A consumer that reads another's dead events must halt when it fails. Drop the
// bookmark of a consumer that is not coming back with [events.Journal].DropBookmark: until then retention keeps what it has not read.
//
// # Failure modes
//
// [ErrConsumerActive] when a consumer of the name lives. [events.ErrCompacted] from a feed; a consumer halts with it. While the journal is away, [Ask] and consumers wait and try
// again, with growing pauses; [Feed.Next] returns the error. A consumer that has halted shows why in its [Status] and stays so until it is moved or restarted.
//
// # OTP
//
// There is no counterpart in OTP's kernel; GenStage's demand is the nearest.
//
// # State
//
// A feed has none: the reader owns its cursor. A consumer's process owns the events in hand and its place; the store owns the bookmark.
//
// # Testing
//
// Use a journal on events/memory, in a testing/synctest bubble or in testkit/sim.
package follow
