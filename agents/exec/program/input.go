// SPDX-License-Identifier: Apache-2.0

package program

import "mabeam.dev/agents/exec/protocol"

// Write queues a line, which must end in a newline, for the program's input. It never blocks: [ErrBusy]
// says that the queue is full, [ErrInputClosed] that the input is closed. The line must not be changed afterwards.
func (p *Process) Write(line []byte) error {
	if p.inputClosed {
		return ErrInputClosed
	}
	select {
	case <-p.gone:
		return ErrInputClosed
	default:
	}
	select {
	case p.queue <- line:
		return nil
	default:
		return ErrBusy
	}
}

// Full reports whether Write would answer ErrBusy. As only the owner writes, a queue that is not full
// stays so until the owner writes.
func (p *Process) Full() bool { return len(p.queue) == cap(p.queue) }

// CloseInput ends the program's input after the lines that are queued. A second call does nothing.
func (p *Process) CloseInput() {
	if !p.inputClosed {
		p.inputClosed = true
		close(p.queue)
	}
}

// writeInput moves queued lines to the program until the input is closed, by either side, or the program is gone.
func (p *Process) writeInput() {
	defer closeAll(p.stdin)
	for {
		select {
		case line, ok := <-p.queue:
			if !ok || !p.writeLine(line) {
				return
			}
		case <-p.gone:
			return
		}
	}
}

func (p *Process) writeLine(line []byte) bool {
	if d := p.spec.WriteTimeout; d > 0 {
		stop := p.owner.Clock.AfterFunc(d, func() { p.post(protocol.WriteBlocked{}) })
		defer stop()
	}
	if _, err := p.stdin.Write(line); err != nil {
		select {
		case <-p.gone: // closed by us
		default:
			p.post(protocol.InputClosed{})
		}
		return false
	}
	return true
}
