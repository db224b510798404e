// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"errors"

	"mabeam.dev/agents/exec/protocol"
)

// readSize is how much is read at once; a quiet program costs no more than this per pipe.
const readSize = 16 << 10

// readOutput posts the lines of standard output. It reads on only when the owner has taken what was read,
// which is what makes the program wait. It ends at the end of output, at a line over the limit, or when the owner is gone.
func (p *Process) readOutput() {
	defer closeAll(p.stdout.f)
	split := protocol.NewSplitter(p.spec.LineLimit)
	buf := make([]byte, readSize)
	for {
		n, readErr := p.stdout.read(buf)
		alive := true
		err := split.Feed(buf[:n], func(line []byte) {
			alive = alive && p.post(protocol.LineRead{Line: bytes.Clone(line)})
		})
		if !alive {
			return
		}
		if err != nil {
			var long *protocol.LineTooLongError
			errors.As(err, &long)
			p.post(protocol.LineOverflowed{Err: long})
			return
		}
		if readErr != nil {
			p.post(protocol.OutputEnded{Rest: bytes.Clone(split.Rest())})
			return
		}
	}
}
