// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

func (s *Store) reservePath() string { return s.path + ".reserve" }

// keepReserve fills the reserve file, if it is asked for and not there as large as it should be. A disk that has no room for it is no reason not to open: the store says so and goes on without.
func (s *Store) keepReserve() error {
	size := s.o.ReserveBytes
	if size <= 0 || fileSize(s.reservePath()) == size {
		return nil
	}
	err := fillFile(s.reservePath(), size)
	if err == nil {
		err = syncDir(filepath.Dir(s.path))
	}
	if err == nil {
		return nil
	}
	_, e := s.FreeReserve()
	if classify(err) == faultFull {
		s.o.Logger.Warn("no room for the reserve of the event store", slog.String("path", s.reservePath()), slog.Any("error", err))
		return e
	}
	return errors.Join(fmt.Errorf("reserve file: %w", err), e)
}

// fillFile writes zeros: a file with holes would keep no space.
func fillFile(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	zeros := make([]byte, 1<<16)
	for left := size; left > 0 && err == nil; {
		var n int
		n, err = f.Write(zeros[:min(left, int64(len(zeros)))])
		left -= int64(n)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// FreeReserve gives the space of the reserve file back to the disk, so that the last appends before a shutdown find room on a full one; it reports whether there was a reserve. The next
// Open fills it again.
func (s *Store) FreeReserve() (freed bool, err error) {
	switch err := os.Remove(s.reservePath()); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, fmt.Errorf("events/sqlite: free reserve %q: %w", s.reservePath(), err)
	}
}
