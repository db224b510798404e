// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"strings"
	"time"
)

// Keeper is what retention and migration work on: a [Store] or, where one runs, the [Journal], which gives every step its turn between appends.
type Keeper interface {
	Querier
	// Streams lists streams; see [Store], as for all of these.
	Streams(ctx context.Context, after Stream, limit int) ([]StreamInfo, error)
	// Bookmarks tells which readers hold retention back, and how far a migration came.
	Bookmarks(ctx context.Context) ([]Bookmark, error)
	// PutBookmark remembers how far a migration came.
	PutBookmark(ctx context.Context, b Bookmark) error
	// Remove removes a batch of a stream's oldest events.
	Remove(ctx context.Context, r Removal) (Removed, error)
	// Rewrite replaces the data of a batch of events.
	Rewrite(ctx context.Context, rs []Rewrite) (int, error)
}

// Swept tells what a sweep has done so far.
type Swept struct {
	// Streams counts the streams that were looked at, Cut those from which something was removed.
	Streams, Cut int
	// Events and Bytes count what was removed.
	Events int
	Bytes  int64
	// Held counts, by guard, the streams of which less was removed than their class asks; Slowest is the bookmark that is furthest behind.
	Held    map[Guard]int
	Slowest Bookmark
}

// Sweep goes through all streams once and removes what a [Retention] gives up. It can be left and forgotten at any time, also by kill -9: the next one finds what is left.
type Sweep struct {
	r     Retention
	now   time.Time
	at    Stream       // the last one that is done
	ahead []StreamInfo // to be looked at
	done  bool
	swept Swept
	cutTo Stream // counted as cut already
}

// sweepPage is how many streams are listed at once.
const sweepPage = 256

// NewSweep begins a sweep; ages are counted from now. The error is that of [Retention.Validate].
func NewSweep(r Retention, now time.Time) (*Sweep, error) {
	return &Sweep{r: r, now: now, swept: Swept{Held: make(map[Guard]int)}}, r.Validate()
}

// Swept tells what has been done so far.
func (s *Sweep) Swept() Swept { return s.swept }

// Step removes at most one batch, and reports true when the sweep is done. Between steps the caller may wait, so that the sweep stays in the background.
func (s *Sweep) Step(ctx context.Context, k Keeper) (done bool, err error) {
	for !s.done {
		if len(s.ahead) == 0 {
			if s.ahead, err = k.Streams(ctx, s.at, sweepPage); err != nil {
				return false, err
			}
			if s.done = len(s.ahead) == 0; s.done {
				break
			}
		}
		removed, more, err := s.stream(ctx, k, s.ahead[0])
		if err != nil {
			return false, err
		}
		if !more {
			s.swept.Streams++
			s.at, s.ahead = s.ahead[0].Stream, s.ahead[1:]
		} else {
			s.ahead = nil // listed anew: what is kept has changed
		}
		if removed {
			return false, nil
		}
	}
	return true, nil
}

// stream does one batch of one stream.
func (s *Sweep) stream(ctx context.Context, k Keeper, info StreamInfo) (removed, more bool, err error) {
	class, limited := s.r.ClassOf(info.Stream)
	if !limited || info.First > info.Last {
		return false, false, nil
	}
	b, err := s.bounds(ctx, k, class, info)
	if err != nil {
		return false, false, err
	}
	before, guard := class.cut(info, b)
	var out Removed
	if before > info.First {
		if out, err = k.Remove(ctx, Removal{Stream: info.Stream, Before: before}); err != nil {
			return false, false, err
		}
	}
	s.swept.Events += out.Events
	s.swept.Bytes += out.Bytes
	if out.Events > 0 && s.cutTo != info.Stream {
		s.cutTo = info.Stream
		s.swept.Cut++
	}
	if out.Events > 0 {
		return true, true, nil
	}
	if guard != "" {
		s.swept.Held[guard]++
	}
	return false, false, nil
}

// bounds reads what the decision about a stream needs.
func (s *Sweep) bounds(ctx context.Context, k Keeper, class Class, info StreamInfo) (b bounds, err error) {
	next := func(q Query, behind Version) (Version, error) {
		q.Stream, q.Limit = info.Stream, 1
		p, err := k.Query(ctx, q)
		if err != nil || len(p.Events) == 0 {
			return 0, err
		}
		return p.Events[0].Version + behind, nil
	}
	if class.MaxAge > 0 {
		if b.young, err = next(Query{Until: s.now.Add(-class.MaxAge), Descending: true}, 1); err != nil {
			return b, err
		}
	}
	if over := info.Bytes - class.MaxBytes; class.MaxBytes > 0 && over > 0 {
		p, err := k.Query(ctx, Query{Stream: info.Stream, Limit: MaxBatch})
		if err != nil {
			return b, err
		}
		for i := 0; i < len(p.Events) && over > 0; i++ {
			over -= int64(p.Events[i].Size())
			b.light = p.Events[i].Version + 1
		}
	}
	if s.r.Hold > 0 {
		if b.held, err = next(Query{From: s.r.Hold}, 0); err != nil {
			return b, err
		}
	}
	marks, err := k.Bookmarks(ctx) // read anew for each batch: a reader may have come since
	if err != nil {
		return b, err
	}
	found := false
	for _, m := range marks {
		if !strings.HasPrefix(m.Name, UpkeepPrefix) && (!found || m.Position < s.swept.Slowest.Position) {
			s.swept.Slowest, found = m, true
		}
	}
	if found {
		b.unread, err = next(Query{From: s.swept.Slowest.Position + 1}, 0)
	} else {
		s.swept.Slowest = Bookmark{}
	}
	return b, err
}

// Sweep does all steps, one right after the other.
func (r Retention) Sweep(ctx context.Context, k Keeper, now time.Time) (Swept, error) {
	s, err := NewSweep(r, now)
	for done := false; err == nil && !done; {
		done, err = s.Step(ctx, k)
	}
	return s.Swept(), err
}
