// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// replay takes an entry in.
func (e *spaceEntry) replay(s *spaceState, remember int) (*spaceState, error) {
	if e.Snapshot != nil {
		return decodeSpace(e.Snapshot, remember)
	}
	if e.In == nil {
		return nil, errors.New("protocols: an entry of a space without content")
	}
	s.step(e.At, e.In)
	s.told()
	return s, nil
}

// spaceStep is one step of a space on its way into its log. It is not changed any more when it is there.
type spaceStep struct {
	n     uint64 // its number in a table
	at    time.Time
	in    spaceInput
	whole *wholeSpace // all of the state so far instead of a step, in a table; nil for a step
}

// spaceStore keeps the steps of one incarnation, and makes the state of those before. It belongs to the space's process.
type spaceStore interface {
	// load makes the state; replayed is how many entries it took.
	load(ctx context.Context, fresh *spaceState, remember int) (s *spaceState, replayed int, err error)
	// add keeps a step. What flush says holds of it.
	add(e *spaceStep) error
	// pending says that steps are not kept yet, until flush has returned nil.
	pending() bool
	flush(ctx context.Context) error
	// full says that so many entries are better replaced by the state, which is larger while somebody waits.
	full(entries int, waiting bool) bool
	// compact puts the state in the place of all entries.
	compact(ctx context.Context, at time.Time, state *spaceState) error
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

func (s *journalStore) add(e *spaceStep) error { return s.keep(spaceEntry{At: e.at, In: &e.in}) }

func (s *journalStore) keep(e spaceEntry) error {
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

// compactAfter is how many entries a stream gets before a snapshot takes their place.
const compactAfter = 16384

func (s *journalStore) full(entries int, _ bool) bool { return entries >= compactAfter }

// compact writes the state into the stream: this program's next incarnations read from there on.
func (s *journalStore) compact(ctx context.Context, at time.Time, state *spaceState) error {
	text, err := state.encode()
	if err == nil {
		err = s.keep(spaceEntry{At: at, Snapshot: text})
	}
	if err != nil {
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
	// ask asks for one thing; pid is the process that asks, if it is one. All that a request needs on its way is in this one piece of memory: the step that
	// becomes part of the log, and room for the answer, which is the space's until it is told and the caller's from then on.
	ask struct {
		spaceStep
		pid    actors.PID
		reply  actors.Reply[*spaceAnswer]
		answer spaceAnswer
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
