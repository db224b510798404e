// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"strings"
)

// stderrLine is the most of a line of standard error that is logged; the tail keeps all of it.
const stderrLine = 4 << 10

// StderrLine is a line of standard error for the log.
type StderrLine struct {
	Text    string // valid UTF-8, at most 4 KiB, without its newline; empty when only Skipped is told
	Cut     bool   // the line was longer
	Skipped int    // lines not logged since the last one, because of the rate limit
}

// readStderr keeps the tail and logs lines. It never stops reading for the log's sake: a program must not
// hang because it complains too much.
func (p *Process) readStderr() {
	defer closeAll(p.stderr.f)
	limit := newBucket(p.spec.StderrRate, p.owner.Clock.Now)
	skipped := 0
	var lines lineCutter
	log := func(text []byte, cut bool) {
		if p.owner.Stderr == nil {
			return
		}
		if !limit.take() {
			skipped++
			return
		}
		p.owner.Stderr(StderrLine{Text: strings.ToValidUTF8(string(text), "\ufffd"), Cut: cut, Skipped: skipped})
		skipped = 0
	}
	buf := make([]byte, readSize)
	for {
		n, err := p.stderr.read(buf)
		p.tail.write(buf[:n])
		lines.feed(buf[:n], log)
		if err != nil {
			lines.end(log)
			if skipped > 0 {
				p.owner.Stderr(StderrLine{Skipped: skipped})
			}
			return
		}
	}
}

// lineCutter splits a stream into lines of at most stderrLine bytes and drops what is over.
type lineCutter struct {
	held []byte
	cut  bool
}

func (c *lineCutter) feed(chunk []byte, emit func(line []byte, cut bool)) {
	for len(chunk) > 0 {
		part, rest, ended := bytes.Cut(chunk, []byte("\n"))
		room := min(len(part), stderrLine-len(c.held))
		c.held = append(c.held, part[:room]...)
		c.cut = c.cut || room < len(part)
		if !ended {
			return
		}
		c.flush(emit)
		chunk = rest
	}
}

// end gives the last line when it has no newline.
func (c *lineCutter) end(emit func(line []byte, cut bool)) {
	if len(c.held) > 0 {
		c.flush(emit)
	}
}

func (c *lineCutter) flush(emit func(line []byte, cut bool)) {
	emit(bytes.TrimSuffix(c.held, []byte("\r")), c.cut)
	c.held, c.cut = c.held[:0], false
}
