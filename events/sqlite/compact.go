// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"errors"
)

// Compact writes the file anew without the room that removed events have left, and gives the number of bytes that the disk has back. Without it that room is used for later events and the
// file stays as large as it was. Appends wait until it is done, and it needs free space of twice the size of what is kept, so it is for quiet hours. After kill -9 in the middle the file is as it was.
func (s *Store) Compact(ctx context.Context) (freed int64, err error) {
	if err := s.take(ctx); err != nil {
		return 0, err
	}
	defer s.give()
	before := fileSize(s.path) + fileSize(s.path+"-wal")
	c := s.writer.c
	if err = s.writer.mine(); err == nil {
		_, err = c.one("PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err == nil {
		err = c.script("VACUUM")
	}
	if err == nil {
		_, err = c.one("PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err = errors.Join(err, s.writer.there()); err != nil {
		return 0, s.failed("compact", err)
	}
	return before - fileSize(s.path) - fileSize(s.path+"-wal"), nil
}
