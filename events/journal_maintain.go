// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"slices"

	"mabeam.dev/actors"
)

// upkeep is a change of the store beside appends. It is carried out between two groups, so that there is one writer and appends wait for one step at most.
type upkeep struct {
	do    func(context.Context, Store) (any, error)
	reply actors.Reply[any]
}

func (upkeep) journal() {}

// carryOut does an upkeep in the journal's turn.
func (a *journalActor) carryOut(ctx *actors.Context[Message], m upkeep) error {
	v, err := m.do(context.WithoutCancel(ctx), a.journal.store)
	if err != nil {
		m.reply.Fail(err)
		return a.fatal(err)
	}
	m.reply.Send(v)
	return nil
}

// inTurn asks the journal's process for an upkeep and waits for its end.
func inTurn[R any](ctx context.Context, j *Journal, do func(context.Context, Store) (R, error)) (R, error) {
	v, err := actors.CallForever(ctx, j.ref, func(r actors.Reply[any]) Message {
		return upkeep{do: func(ctx context.Context, s Store) (any, error) { return do(ctx, s) }, reply: r}
	})
	out, _ := v.(R) // nothing, after an error
	return out, err
}

// PutBookmark keeps a bookmark; see [Store].
func (j *Journal) PutBookmark(ctx context.Context, b Bookmark) error {
	_, err := inTurn(ctx, j, func(ctx context.Context, s Store) (struct{}, error) { return struct{}{}, s.PutBookmark(ctx, b) })
	return err
}

// DropBookmark forgets a bookmark; see [Store].
func (j *Journal) DropBookmark(ctx context.Context, name string) error {
	_, err := inTurn(ctx, j, func(ctx context.Context, s Store) (struct{}, error) { return struct{}{}, s.DropBookmark(ctx, name) })
	return err
}

// Bookmarks gives all bookmarks; see [Store]. Like all reads it does not pass through the process.
func (j *Journal) Bookmarks(ctx context.Context) ([]Bookmark, error) { return j.store.Bookmarks(ctx) }

// Streams tells about streams; see [Store].
func (j *Journal) Streams(ctx context.Context, after Stream, limit int) ([]StreamInfo, error) {
	return j.store.Streams(ctx, after, limit)
}

// turnEvents is how many events one turn of upkeep removes or rewrites: appends that come meanwhile wait a millisecond or two, not for a whole batch.
const turnEvents = 25

// Remove removes the oldest events of a stream; see [Store]. It takes several turns of the process, each a transaction of its own, so after an error part of the batch may be removed.
func (j *Journal) Remove(ctx context.Context, r Removal) (out Removed, err error) {
	left := r.Batch()
	for left > 0 {
		r.Limit = min(left, turnEvents)
		done, err := inTurn(ctx, j, func(ctx context.Context, s Store) (Removed, error) { return s.Remove(ctx, r) })
		if err != nil {
			return out, err
		}
		out = Removed{Events: out.Events + done.Events, Bytes: out.Bytes + done.Bytes, First: done.First}
		if left -= done.Events; done.Events < r.Limit {
			break
		}
	}
	return out, nil
}

// Rewrite replaces the data of stored events; see [Store]. It takes several turns of the process, each a transaction of its own, so after an error part of them may be rewritten.
func (j *Journal) Rewrite(ctx context.Context, rs []Rewrite) (n int, err error) {
	for part := range slices.Chunk(rs, turnEvents) {
		done, err := inTurn(ctx, j, func(ctx context.Context, s Store) (int, error) { return s.Rewrite(ctx, part) })
		if err != nil {
			return n, err
		}
		n += done
	}
	return n, nil
}
