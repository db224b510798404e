// SPDX-License-Identifier: Apache-2.0

//go:build unix

package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the lock file for as long as the returned file stays open. The kernel frees a flock when the process ends, however it
// ends, so a killed owner never leaves a store locked. The file itself stays: deleting it would let two processes lock two files
// of the same name.
func lock(path string, me Owner) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, &os.PathError{Op: "flock", Path: path, Err: err}
		}
		b, _ := io.ReadAll(io.LimitReader(f, 4096)) // what cannot be read is an unknown owner
		return nil, &LockedError{Path: path, Owner: parseOwner(b)}
	}
	b, err := json.Marshal(me)
	if err == nil {
		// One length for all owners: overwriting needs no space, so a store can be opened for reading on a full disk.
		_, err = fmt.Fprintf(f, "%-511s\n", b)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func flock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
