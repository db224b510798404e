// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"mabeam.dev/events"
)

const (
	// LossStream is the stream that records losses an operator has accepted; see Options.AcceptLoss.
	LossStream events.Stream = "store/losses"
	// LossType is the type of the events on LossStream. The data is JSON with the fields have, want, epoch and reason.
	LossType = "store.loss_accepted"
)

// Open opens the store in the file of that path, and makes it, with its directory, if it is not there. Beside the file lie its write-ahead
// log (-wal), shared memory (-shm), lock (.lock) and head witness (.head); they belong together.
//
// It returns *LockedError, *LostTailError, *NewerError, *ForeignError, *events.CorruptError, or an error that matches ErrNotLocal,
// events.ErrReadOnly or events.ErrNoSpace.
func Open(path string, o Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("events/sqlite: open %q: %w", path, err)
	}
	s := &Store{path: path, o: o.withDefaults(), turn: make(chan struct{}, 1), done: make(chan struct{})}
	if err := s.open(); err != nil {
		if e := s.release(); e != nil {
			err = errors.Join(err, e)
		}
		return nil, located(path, err)
	}
	return s, nil
}

// open takes the lock first: everything behind it may write.
func (s *Store) open() error {
	if !s.o.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
			return err
		}
	}
	if err := local(filepath.Dir(s.path)); err != nil {
		return err
	}
	host, _ := os.Hostname() // for people only
	var err error
	if s.lock, err = lock(s.path+".lock", Owner{PID: os.Getpid(), Host: host, Name: s.o.Owner, Since: s.o.Now()}); err != nil {
		return err
	}
	fresh, err := s.probe()
	if err != nil {
		return err
	}
	s.read = newPool(s.o.Readers, s.done, func() (*conn, error) { return dial(dsn(s.path, "ro", readerSettings()), readerSettings()) })
	if s.o.ReadOnly {
		return s.openReadOnly(fresh)
	}
	return s.openWriting(fresh)
}

// probe looks at the file without changing it, so that a file of another program or of a newer release stays as it is. One thing has to come first: who
// was killed while it made the file has left a journal of what is to be undone, and before that nobody can read it.
func (s *Store) probe() (fresh bool, err error) {
	if fileSize(s.path) == 0 && fileSize(s.path+"-wal") == 0 {
		return true, nil
	}
	fresh, err = s.look("ro")
	if half(err) && !s.o.ReadOnly {
		return s.look("rw")
	}
	return fresh, err
}

func (s *Store) look(mode string) (fresh bool, err error) {
	c, err := dial(dsn(s.path, mode, nil), nil)
	if err != nil {
		return false, err
	}
	fresh, err = identify(c, s.path)
	return fresh, errors.Join(err, c.close())
}

func (s *Store) openReadOnly(fresh bool) error {
	if fresh {
		return fs.ErrNotExist
	}
	c, err := dial(dsn(s.path, "ro", readerSettings()), readerSettings())
	if err != nil {
		return err
	}
	layout, err := layoutOf(c)
	s.tables = tablesOf(layout)
	head, e := c.integer("SELECT max(pos) FROM events")
	s.head.Store(uint64(head))
	return errors.Join(err, e, c.close())
}

func (s *Store) openWriting(fresh bool) error {
	seen, err := readWitness(s.path + ".head")
	if err != nil && !errors.Is(err, errNoWitness) {
		return err
	}
	witnessed := err == nil
	if fresh && seen.link.pos > 0 && !s.o.AcceptLoss {
		return &LostTailError{Path: s.path, Want: seen.link.pos, Reason: "the file is missing or empty"}
	}
	// The engine gives its other files the permissions of this one, and would make it readable for everybody.
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	settings := writerSettings(s.o.CheckpointPages)
	c, err := dial(dsn(s.path, "rwc", settings), settings)
	if err != nil {
		return err
	}
	s.writer = &writer{c: c} // release closes it
	if fresh {
		var id [16]byte
		if _, err := io.ReadFull(s.o.Entropy, id[:]); err != nil {
			return err
		}
		if err := create(c, id); err != nil {
			return err
		}
	} else if err := quickCheck(c, s.path); err != nil {
		return err
	}
	me, err := readMeta(c, s.path)
	if err != nil {
		return err
	}
	var lost *LostTailError
	switch {
	case fresh && seen.link.pos > 0:
		lost = &LostTailError{Path: s.path, Want: seen.link.pos, Reason: "the file was missing or empty"}
	case !fresh:
		if lost, err = compare(c, s.path, me.store, seen, witnessed); err != nil {
			return err
		}
	}
	if lost != nil && !s.o.AcceptLoss {
		return lost
	}
	return s.start(c, me, lost)
}

// start checks the last rows, brings the witness to the head and makes the writer.
func (s *Store) start(c *conn, me meta, lost *LostTailError) error {
	if err := upgrade(c); err != nil {
		return err
	}
	s.tables = written
	_, _, head, err := walk(c, me.store, math.MaxInt64)
	if err != nil {
		return err
	}
	if err := verifyTail(c, s.path, head.pos); err != nil {
		return err
	}
	w, err := openWriter(c, s.path, head)
	if err != nil {
		return err
	}
	s.writer = w
	if err := w.enter(); err != nil && classify(err) != faultFull {
		return err
	}
	if lost != nil {
		if me.epoch, err = s.acceptLoss(me.epoch, lost); err != nil {
			return err
		}
	}
	if w.witness, err = openWitness(s.path+".head", slot{store: me.store, epoch: me.epoch, link: w.head}); err != nil {
		return err
	}
	s.head.Store(uint64(w.head.pos))
	return s.keepReserve()
}

// acceptLoss raises the epoch and records the loss. Positions go on behind the last acknowledged one: a reader whose cursor stands among the
// lost events must not miss the new ones. The witness is reset only afterwards, so a crash in between asks the operator again.
func (s *Store) acceptLoss(epoch uint64, lost *LostTailError) (uint64, error) {
	epoch++
	if err := s.writer.c.exec("UPDATE meta SET value = ? WHERE key = 'epoch'", int64(epoch)); err != nil {
		return 0, err
	}
	// Its stream will come to that version again with other events, and the snapshot must not fit then.
	if err := s.writer.c.exec("DELETE FROM snapshots WHERE ver > (SELECT s.ver FROM streams s WHERE s.id = snapshots.stream)"); err != nil {
		return 0, err
	}
	var entropy [10]byte
	if _, err := io.ReadFull(s.o.Entropy, entropy[:]); err != nil {
		return 0, err
	}
	s.writer.head.pos = max(s.writer.head.pos, lost.Want)
	now := s.o.Now()
	return epoch, s.writer.lossAccepted(events.MakeID(now, entropy), now, epoch, lost)
}

// located gives an error of Open the path and the sentinel that callers branch on, unless it has them.
func located(path string, err error) error {
	for _, own := range []error{ErrStoreLocked, ErrLostTail, ErrNewerStore, ErrForeign, events.ErrCorrupt} {
		if errors.Is(err, own) {
			return placed(err)
		}
	}
	return placed(explain("open", path, err))
}
