// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"fmt"

	faults "mabeam.dev/actors/fault"
)

// ErrFenced matches [*FencedError]: another process has opened the store since, and this one writes no more.
var ErrFenced = faults.New(2206, "events/sqlite: fenced")

// FencedError tells that the store was opened anew while this process had it open, which takes a lock file that was removed or a file system that does not keep locks.
// Nothing of what was asked for was written; the store is poisoned.
type FencedError struct {
	Path string // of the store
	// Have is the number of the latest opening, Mine that of this store; each opening counts one more.
	Have, Mine int64
}

// Error names the file and both openings.
func (e *FencedError) Error() string {
	return fmt.Sprintf("events/sqlite: write %q: another process has opened the store since (opening %d, this is %d)", e.Path, e.Have, e.Mine)
}

// FaultCode is E2206.
func (*FencedError) FaultCode() faults.Code { return 2206 }

// Is matches [ErrFenced].
func (e *FencedError) Is(target error) bool { return target == ErrFenced }

// enter counts this opening. The number is a fencing token: whoever opened the store before finds a higher one and writes no more. A full disk is no reason not to open; the number is then taken
// with the first write, if nobody else has come meanwhile.
func (w *writer) enter() error {
	if w.session == 0 {
		have, err := w.c.integer("SELECT value FROM meta WHERE key = 'writer'")
		if err != nil {
			return err
		}
		w.session = have + 1
	}
	err := w.c.exec("BEGIN IMMEDIATE")
	if err == nil {
		err = w.is(w.session - 1)
	}
	if err == nil {
		err = w.c.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('writer', ?)", w.session)
	}
	if err == nil {
		err = w.c.exec("COMMIT")
	}
	w.settle(err == nil)
	w.entered = err == nil
	return err
}

// begin opens a transaction and makes sure that the file is still this writer's: a lock file can be removed, and then two processes would write to one log, each believing in its own
// head. The transaction holds the engine's lock, so nobody can come in between.
func (w *writer) begin() error {
	if !w.entered {
		if err := w.enter(); err != nil {
			return err
		}
	}
	if err := w.c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	return w.mine()
}

// mine fails if the store was opened anew by somebody else.
func (w *writer) mine() error { return w.is(w.session) }

func (w *writer) is(want int64) error {
	have, err := w.c.integer("SELECT value FROM meta WHERE key = 'writer'")
	if err == nil && have != want {
		err = &FencedError{Path: w.path, Have: have, Mine: w.session}
	}
	return err
}
