// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"

	"mabeam.dev/actors"
)

// await asks for an answer as soon as the head is above a position.
type await struct {
	after Position
	reply actors.Reply[Position]
}

// WaitHead returns the position of the head as soon as it is above after, which may be at once. The journal's process itself compares and remembers, so no
// commit can slip in between. The errors are the context's cause, actors.ErrNoProc while the process is not running, and *actors.CallError when it
// dies while one waits; then wait a little, and ask again.
func (j *Journal) WaitHead(ctx context.Context, after Position) (Position, error) {
	return actors.CallForever(ctx, j.ref, func(r actors.Reply[Position]) Message { return await{after: after, reply: r} })
}

// NextHead is [Journal.WaitHead] for a process that must not block: the outcome becomes the message that then makes, in a later turn. One question
// is answered once; ask again to hear of the next head. A reader that follows the log reads a page, and when the page ends the log asks for the head above
// Page.Head: appends made meanwhile are answered at once.
func NextHead[N any](c *actors.Context[N], j *Journal, after Position, then func(head Position, err error) N) {
	actors.Request(c, j.ref, -1, func(r actors.Reply[Position]) Message { return await{after: after, reply: r} }, then)
}

// waiters are the open questions for a higher head, oldest first. They belong to the journal's process.
type waiters struct {
	open []await
	// sweep is the number of questions at which those are dropped that nobody waits for any more: a process that asks, dies and is restarted must not
	// make the list grow while nothing is appended.
	sweep int
}

// leastSweep keeps a short list from being swept over and over.
const leastSweep = 64

// add answers at once if the head is above, or keeps the question.
func (w *waiters) add(ctx context.Context, store Store, m await) error {
	head, err := store.Head(context.WithoutCancel(ctx))
	switch {
	case err != nil:
		m.reply.Fail(err)
		return nil // whoever writes finds out what it means for the journal
	case head > m.after:
		m.reply.Send(head)
		return nil
	}
	w.open = append(w.open, m)
	if len(w.open) >= max(w.sweep, leastSweep) {
		w.keep(func(m await) bool { return m.reply.Open() })
		w.sweep = 2 * len(w.open)
	}
	return nil
}

// answer tells the new head to those it is high enough for.
func (w *waiters) answer(ctx context.Context, store Store) error {
	if len(w.open) == 0 {
		return nil
	}
	head, err := store.Head(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	w.keep(func(m await) bool {
		if head > m.after {
			m.reply.Send(head)
		}
		return head <= m.after
	})
	return nil
}

func (w *waiters) keep(wanted func(await) bool) {
	kept := w.open[:0]
	for _, m := range w.open {
		if wanted(m) {
			kept = append(kept, m)
		}
	}
	clear(w.open[len(kept):])
	w.open = kept
}
