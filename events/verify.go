// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"fmt"
)

// Verified tells what [Verify] has looked at.
type Verified struct {
	Streams, Events int
	Head            Position
}

// Verify reads everything that a store holds and compares it with what the store says about itself: every event's checksum, the order of positions and stamps, the versions of every
// stream without a hole, and the end of each. A back end with a method CheckFile checks its files by it, too. The first damage is returned, mostly as [*CorruptError]. Appends may go on
// meanwhile; removals may not.
func Verify(ctx context.Context, s Store) (out Verified, err error) {
	if f, ok := s.(interface {
		CheckFile(ctx context.Context) error
	}); ok {
		if err := f.CheckFile(ctx); err != nil {
			return out, err
		}
	}
	if out.Head, err = s.Head(ctx); err != nil {
		return out, err
	}
	infos := make(map[Stream]StreamInfo)
	for after := Stream(""); ; {
		page, err := s.Streams(ctx, after, sweepPage)
		if err != nil {
			return out, err
		}
		if len(page) == 0 {
			break
		}
		for _, i := range page {
			infos[i.Stream] = i
			after = i.Stream
		}
	}
	out.Streams = len(infos)
	next := make(map[Stream]Version)
	var last Event
	damaged := func(e Event, reason string) error {
		return &CorruptError{Path: pathOf(s), Position: e.Position, Stream: e.Stream, Reason: reason}
	}
	for e, err := range s.ReadAll(ctx, 0) {
		if err != nil {
			return out, err
		}
		want, seen := next[e.Stream]
		if !seen {
			want = max(infos[e.Stream].First, 1)
		}
		switch {
		case e.Position <= last.Position:
			return out, damaged(e, fmt.Sprintf("stands behind position %d", last.Position))
		case e.At.Before(last.At):
			return out, damaged(e, "is stamped before the event in front of it")
		case e.Version != want:
			return out, damaged(e, fmt.Sprintf("has version %d where %d should be", e.Version, want))
		}
		next[e.Stream], last = e.Version+1, e
		out.Events++
	}
	if last.Position < out.Head {
		return out, damaged(Event{Position: out.Head}, "the last event is missing")
	}
	for name, i := range infos {
		if have := max(next[name], i.First); have <= i.Last {
			return out, damaged(Event{Stream: name}, fmt.Sprintf("stream %q: version %d of %d is missing", string(name), have, i.Last))
		}
	}
	return out, nil
}

// pathOf names the file of a store, if it has one.
func pathOf(s Store) string {
	if p, ok := s.(interface{ Path() string }); ok {
		return p.Path()
	}
	return ""
}
