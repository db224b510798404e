// SPDX-License-Identifier: Apache-2.0

package program

import (
	"errors"
	"io"
	"os"
	"time"
)

// drainLimit bounds what is still taken from a pipe after the program's exit: the largest a pipe can be
// made without privileges. Only a descendant that escaped the group can write more, and it is not listened to.
const drainLimit = 1 << 20

// outlet is the reading end of a pipe that can be told to give what it holds and end.
type outlet struct {
	f       *os.File
	drained int
	cutSeen bool // the reader's
}

func (o *outlet) file() *os.File {
	if o == nil {
		return nil
	}
	return o.f
}

// cut makes the reader finish: all a dead program wrote is in the pipe, so nothing needs to be waited for.
func (o *outlet) cut() {
	// Fails only on a closed file, whose reader has finished.
	_ = o.f.SetReadDeadline(time.Unix(1, 0))
}

// read reads like os.File, but after cut gives what is there without waiting, then io.EOF.
func (o *outlet) read(buf []byte) (int, error) {
	if !o.cutSeen {
		n, err := o.f.Read(buf)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		o.cutSeen = true
		if err := o.f.SetReadDeadline(time.Time{}); err != nil {
			return 0, err
		}
	}
	if o.drained >= drainLimit {
		return 0, io.EOF
	}
	n, err := readNow(o.f, buf)
	o.drained += n
	return n, err
}
