// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/actors/table"
)

// ErrSpaceVersion is returned by a SpaceJournal when the stream does not have the version that the writer expects: somebody else has written.
var ErrSpaceVersion = fault.New(4852, "protocols: the stream has another version")

// SpaceJournal keeps the steps of a space for good. The program that builds a node connects one.
type SpaceJournal interface {
	// Append appends records to a stream, all or none, and returns when they are durable: next is the stream's new version, the number of all its
	// records. ErrSpaceVersion if the version is not expect; after any other error the outcome is open.
	Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (next uint64, err error)
	// Read gives the records behind version from, in order with their versions. It ends with the error of yield.
	Read(ctx context.Context, stream string, from uint64, yield func(version uint64, record []byte) error) error
}

// spaceEntry is one step of a space, or all of its state so far.
type spaceEntry struct {
	At       time.Time       `json:"at"`
	In       *spaceInput     `json:"in,omitempty"`
	Snapshot json.RawMessage `json:"snapshot,omitempty"`
}

// spaceStore keeps the entries of one incarnation, and makes the state of those before. It belongs to the space's process.
type spaceStore interface {
	// load makes the state; replayed is how many entries it took.
	load(ctx context.Context, fresh *spaceState, remember int) (s *spaceState, replayed int, err error)
	// add keeps an entry. What flush says holds of it.
	add(e spaceEntry) error
	// pending says that entries are not kept yet, until flush has returned nil.
	pending() bool
	flush(ctx context.Context) error
	// compact puts the state in the place of all entries.
	compact(ctx context.Context, at time.Time, state []byte) error
}

// spaceTable is the log as a table.
type spaceTable = table.Set[uint64, spaceEntry]

// tableStore keeps entries in a table, which outlives the process with its holder.
type tableStore struct {
	t    *spaceTable
	next uint64
}

func (s *tableStore) load(_ context.Context, fresh *spaceState, remember int) (*spaceState, int, error) {
	all, err := s.t.All()
	if err != nil {
		return nil, 0, err
	}
	type numbered struct {
		n uint64
		e spaceEntry
	}
	var entries []numbered
	for n, e := range all {
		entries = append(entries, numbered{n, e})
	}
	slices.SortFunc(entries, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	from := 0
	for i, e := range entries {
		if e.e.Snapshot != nil {
			from = i // of a compaction that was cut off the older entries are still there
		}
		s.next = e.n + 1
	}
	for _, e := range entries[from:] {
		if fresh, err = e.e.replay(fresh, remember); err != nil {
			return nil, 0, err
		}
	}
	return fresh, len(entries) - from, nil
}

// replay takes an entry in.
func (e *spaceEntry) replay(s *spaceState, remember int) (*spaceState, error) {
	if e.Snapshot != nil {
		return decodeSpace(e.Snapshot, remember)
	}
	if e.In == nil {
		return nil, errors.New("protocols: an entry of a space without content")
	}
	s.step(e.At, *e.In)
	return s, nil
}

func (s *tableStore) add(e spaceEntry) error {
	err := s.t.Put(s.next, e)
	s.next++
	return err
}

func (s *tableStore) pending() bool { return false }

func (s *tableStore) flush(context.Context) error { return nil }

func (s *tableStore) compact(_ context.Context, at time.Time, state []byte) error {
	keep := s.next
	if err := s.add(spaceEntry{At: at, Snapshot: state}); err != nil {
		return err
	}
	_, err := s.t.DeleteWhere(func(n uint64, _ spaceEntry) bool { return n < keep })
	return err
}

// journalStore keeps entries in a journal, as many with one append as have come meanwhile.
type journalStore struct {
	space   *Space
	stream  string
	journal SpaceJournal
	version uint64
	records [][]byte
}

func (s *journalStore) load(ctx context.Context, fresh *spaceState, remember int) (*spaceState, int, error) {
	n := 0
	from := s.space.snapshot.Load()
	s.version = from
	err := s.journal.Read(ctx, s.stream, from, func(version uint64, record []byte) error {
		if version != s.version+1 {
			return fmt.Errorf("protocols: space %q: version %d follows %d", s.space.o.Name, version, s.version)
		}
		s.version, n = version, n+1
		var e spaceEntry
		err := json.Unmarshal(record, &e)
		if err == nil {
			fresh, err = e.replay(fresh, remember)
		}
		if err != nil {
			return fmt.Errorf("protocols: space %q: version %d: %w", s.space.o.Name, version, err)
		}
		return nil
	})
	return fresh, n, err
}

func (s *journalStore) add(e spaceEntry) error {
	record, err := json.Marshal(e)
	if err == nil {
		s.records = append(s.records, record)
	}
	return err
}

func (s *journalStore) pending() bool { return len(s.records) > 0 }

func (s *journalStore) flush(ctx context.Context) error {
	if len(s.records) == 0 {
		return nil
	}
	next, err := s.journal.Append(ctx, s.stream, s.version, s.records...)
	if err != nil {
		return err
	}
	s.version, s.records = next, nil
	return nil
}

// compact writes the state into the stream: this program's next incarnations read from there on.
func (s *journalStore) compact(ctx context.Context, at time.Time, state []byte) error {
	if err := s.add(spaceEntry{At: at, Snapshot: state}); err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	s.space.snapshot.Store(s.version - 1)
	return nil
}

// spaceMessage is what the process of a space and its holder take. Their handle makes the messages.
type spaceMessage interface{ space() }

type (
	// ask asks for one thing; pid is the process that asks, if it is one.
	ask struct {
		in    spaceInput
		pid   actors.PID
		reply actors.Reply[spaceAnswer]
	}
	// give takes back the requests that were given up.
	give struct{}
	// look asks for a view.
	look struct {
		with  func(*spaceState) any
		reply actors.Reply[any]
	}
	// ended is the end of an owner.
	ended struct {
		owner string
		down  actors.Down
	}
	// wake: time has something to do.
	wake struct{}
	// flush is the process's own: it queues behind the requests in the mailbox, so when it comes they have all been taken.
	spaceFlush struct{}
	// claimTable asks the holder for the log; the answer is who is to inherit it next, and whether it comes.
	claimTable struct {
		to    table.Receiver[*spaceTable]
		reply actors.Reply[tableClaim]
	}
	// heirCame is the holder's offer to a process that lives already.
	heirCame struct{ heir table.Receiver[*spaceTable] }
	// tableCame is the log.
	tableCame table.Transfer[*spaceTable]
)

type tableClaim struct {
	there bool
	heir  table.Receiver[*spaceTable]
}

func (*ask) space()       {}
func (give) space()       {}
func (look) space()       {}
func (ended) space()      {}
func (wake) space()       {}
func (spaceFlush) space() {}
func (claimTable) space() {}
func (heirCame) space()   {}
func (tableCame) space()  {}
