// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/events"
)

// Store is an events.Store in an SQLite file. Make it with Open.
type Store struct {
	path string
	o    Options
	lock *os.File
	read *pool

	// turn has capacity 1. Its token is the right to use writer: whoever sent it in receives it back. A channel and not a
	// mutex, because waiting for a commit must end with the caller's context.
	turn   chan struct{}
	writer *writer // nil in a read-only store
	tables tables  // set by Open

	closing sync.Once
	done    chan struct{} // closed by Close
	head    atomic.Uint64 // last acknowledged position
	poison  atomic.Pointer[error]
	full    atomic.Bool // the latest write found no space
	large   bool        // the log was above Options.LogWarnBytes; owned by the turn
	loose   bool        // acknowledged events are not flushed; owned by the turn
	due     *time.Timer // flushes what is loose; nil when there is none to come; owned by the turn

	mu struct {
		sync.Mutex
		stats events.Stats
	}
}

var _ events.Store = (*Store)(nil)

// AppendGroup decides and commits the group; see events.Store. When it returns without an error, every accepted append is on the disk.
func (s *Store) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	now := s.o.Now()
	flush := s.o.flushOf(group)
	if err := s.writer.synchronous(flush == FlushAlways); err != nil {
		return nil, s.failed("append", err)
	}
	verdict, err := s.writer.group(group, now)
	if err != nil {
		return nil, s.failed("append", err)
	}
	if len(verdict.Accepted) > 0 {
		if err := s.acknowledge("append", now, flush); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.mu.stats.Count(verdict)
	s.mu.Unlock()
	s.watchLog()
	return verdict.Outcomes, nil
}

// acknowledge makes what was committed visible. The witness comes before the acknowledgement: what it has not seen is not promised to anybody. It vouches only for
// what is on the disk, or a loss of power that the policy allows would look like damage.
func (s *Store) acknowledge(op string, now time.Time, flush Flush) error {
	if flush == FlushAlways {
		w := s.writer.witness
		if err := errors.Join(w.write(s.writer.head), w.flush(now)); err != nil {
			return s.poisoned(op, err)
		}
		s.loose = false
	} else {
		s.loosen(flush)
	}
	s.head.Store(uint64(s.writer.head.pos))
	s.full.Store(false)
	return nil
}

// take acquires the turn and checks that the store may be written.
func (s *Store) take(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-s.done:
		return events.ErrClosed
	default:
	}
	if s.writer == nil {
		return fmt.Errorf("events/sqlite: write %q: %w", s.path, events.ErrReadOnly)
	}
	select {
	case s.turn <- struct{}{}:
	case <-s.done:
		return events.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if cause := s.poison.Load(); cause != nil {
		s.give()
		return fmt.Errorf("events/sqlite: write %q: %w (%w)", s.path, events.ErrPoisoned, *cause)
	}
	return nil
}

func (s *Store) give() { <-s.turn }

// failed turns an error of a transaction into what the caller gets, and poisons the store if the disk can no longer be trusted.
func (s *Store) failed(op string, err error) error {
	switch classify(err) {
	case faultIO, faultDamaged:
		return s.poisoned(op, err)
	case faultFull:
		s.full.Store(true)
	}
	if errors.Is(err, ErrFenced) {
		return s.poisoned(op, err)
	}
	if errors.Is(err, events.ErrCorrupt) {
		return err // a damaged row was in the way; nothing was written
	}
	return explain(op, s.path, err)
}

func (s *Store) poisoned(op string, cause error) error {
	s.poison.Store(&cause)
	s.o.Logger.Error("event store takes no more writes", slog.String("path", s.path), slog.Any("error", cause))
	return fmt.Errorf("events/sqlite: %s %q: %w (%w)", op, s.path, events.ErrPoisoned, cause)
}

// watchLog warns once each time the write-ahead log grows over the limit: some reader, perhaps a tool from outside, keeps checkpoints from finishing.
func (s *Store) watchLog() {
	size := fileSize(s.path + "-wal")
	if size > s.o.LogWarnBytes && !s.large {
		s.o.Logger.Warn("write-ahead log is large", slog.String("path", s.path+"-wal"), slog.Int64("bytes", size))
	}
	s.large = size > s.o.LogWarnBytes
}

// Head gives the position of the last acknowledged event; see events.Store.
func (s *Store) Head(ctx context.Context) (events.Position, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	select {
	case <-s.done:
		return 0, events.ErrClosed
	default:
		return events.Position(s.head.Load()), nil
	}
}

// Stats gives the counters since the store was opened and the present sizes of its files.
func (s *Store) Stats() events.Stats {
	s.mu.Lock()
	st := s.mu.stats
	s.mu.Unlock()
	st.Head = events.Position(s.head.Load())
	st.FileBytes, st.LogBytes = fileSize(s.path), fileSize(s.path+"-wal")
	st.Full = s.full.Load()
	if cause := s.poison.Load(); cause != nil {
		st.Poisoned = *cause
	}
	return st
}

// Close waits for the write in hand and for reads to finish their page, brings the log into the main file and frees the lock. A
// second Close does nothing.
func (s *Store) Close() error {
	var err error
	s.closing.Do(func() {
		s.turn <- struct{}{} // kept for ever: nobody writes again
		close(s.done)
		err = errors.Join(s.tighten(), s.release())
	})
	return err
}

// release closes what is open, readers first: the last connection to go empties the write-ahead log.
func (s *Store) release() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.c.close())
		if s.writer.witness != nil {
			errs = append(errs, s.writer.witness.close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("events/sqlite: close %q: %w", s.path, err)
	}
	return nil
}

// fileSize gives the size of a file, 0 if it is not there.
func fileSize(path string) int64 {
	fi, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return fi.Size()
}
