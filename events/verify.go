// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"errors"
	"fmt"
)

// Verified tells what [Verify] has looked at.
type Verified struct {
	Streams, Events int
	Head            Position
}

// Verify is [Verify] of the journal's store. Like all reads it does not pass through the process.
func (j *Journal) Verify(ctx context.Context) (Verified, error) { return Verify(ctx, j.store) }

// Verify reads everything that a store holds and compares it with what the store says about itself: every event's checksum, the order of positions and stamps, the versions of every
// stream without a hole, and the end of each. A back end with a method CheckFile checks its files by it, too. The first damage is returned, mostly as [*CorruptError]. Appends and
// removals may go on meanwhile; [ErrCompacted] says that removals were faster again and again.
func Verify(ctx context.Context, s Store) (out Verified, err error) {
	for range verifyTries {
		if out, err = verify(ctx, s); !errors.Is(err, ErrCompacted) {
			break
		}
	}
	return out, err
}

// verifyTries is how often a verification begins anew because retention has removed what it had not looked at.
const verifyTries = 5

func verify(ctx context.Context, s Store) (out Verified, err error) {
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
		if e.Version > want {
			if want, err = explained(ctx, s, e, want); err != nil {
				return out, err
			}
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
		have := max(next[name], i.First)
		if have <= i.Last {
			now, err := infoOf(ctx, s, name)
			if err != nil {
				return out, err
			}
			have = max(have, now.First)
		}
		if have <= i.Last {
			return out, damaged(Event{Stream: name}, fmt.Sprintf("stream %q: version %d of %d is missing", string(name), have, i.Last))
		}
	}
	return out, nil
}

// explained gives the version that an event behind a hole should have: its own, if retention has meanwhile removed everything up to it, else that which is missing.
func explained(ctx context.Context, s Store, e Event, want Version) (Version, error) {
	now, err := infoOf(ctx, s, e.Stream)
	if err == nil && now.First >= e.Version {
		return e.Version, nil
	}
	return want, err
}

// infoOf reads what the store says about one stream by now.
func infoOf(ctx context.Context, s Store, name Stream) (StreamInfo, error) {
	page, err := s.Streams(ctx, before(name), 1)
	if err != nil || len(page) == 0 || page[0].Stream != name {
		return StreamInfo{}, err
	}
	return page[0], nil
}

// before gives a name that stands right before another one in the order of bytes: nothing that is a stream lies between them.
func before(name Stream) Stream {
	last := name[len(name)-1]
	return name[:len(name)-1] + Stream([]byte{last - 1}) + "\xff"
}

// pathOf names the file of a store, if it has one.
func pathOf(s Store) string {
	if p, ok := s.(interface{ Path() string }); ok {
		return p.Path()
	}
	return ""
}
