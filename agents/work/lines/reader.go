// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"mabeam.dev/agents/work/plan"
)

// DefaultLimit is the longest line taken when Options.Limit is zero, in bytes.
const DefaultLimit = 1 << 20

// Options of a Reader; the zero value reads from the beginning of an unnamed source.
type Options struct {
	File   string // File names the source in errors; default "-".
	Limit  int    // Limit of a line in bytes, its newline excluded; default DefaultLimit.
	Offset int64  // Offset in the source at which the reader given stands, after a resumption.
	Line   int    // Line is the number of lines before that offset.
}

// Line is a task with the place it was read from.
type Line struct {
	Task   plan.Task
	Number int   // Number of the line, from one.
	End    int64 // End is the offset behind the line: the place to go on from once the task is accepted.
}

// Reader reads tasks one by one. It has one owner.
type Reader struct {
	in      *bufio.Reader
	options Options
	buf     []byte
	number  int
	offset  int64
	bad     int
	ended   error
}

// NewReader makes a reader; it does not read before Next.
func NewReader(r io.Reader, o Options) *Reader {
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.File == "" {
		o.File = "-"
	}
	return &Reader{in: bufio.NewReaderSize(r, 64<<10), options: o, number: o.Line, offset: o.Offset}
}

// Bad is the number of bad lines met.
func (r *Reader) Bad() int { return r.bad }

// Offset is where the next line begins, bad lines counted as read.
func (r *Reader) Offset() int64 { return r.offset }

// Next returns the next task; blank lines are passed over. Durations in the line begin at now. After a *LineError, alone or joined, the reader stands behind the
// bad line and can be asked again; io.EOF and errors of the source are final. A last line without a newline counts like any other.
func (r *Reader) Next(now plan.Instant) (Line, error) {
	for r.ended == nil {
		line, long, err := r.read()
		if err != nil {
			r.ended = err
			if !errors.Is(err, io.EOF) {
				r.ended = fmt.Errorf("lines: read %q: %w", r.options.File, err)
				break // what came before the failure may be half a line
			}
			if len(line) == 0 && !long {
				break
			}
		}
		r.number++
		if long {
			r.bad++
			return Line{}, &LineError{
				File: r.options.File, Line: r.number, Col: 1, Reason: fmt.Sprintf("line is longer than %d bytes", r.options.Limit),
			}
		}
		if r.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if space(line, 0) == len(line) {
			continue
		}
		task, err := Parse(r.options.File, r.number, line, now)
		if err != nil {
			r.bad++
			return Line{}, err
		}
		return Line{Task: task, Number: r.number, End: r.offset}, nil
	}
	return Line{}, r.ended
}

// read takes one line off the source. Of a line over the limit nothing is kept but the fact.
func (r *Reader) read() (line []byte, long bool, err error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		r.offset += int64(len(part))
		whole := len(part) > 0 && part[len(part)-1] == '\n'
		if whole {
			part = part[:len(part)-1]
		}
		if !long && len(r.buf)+len(part) > r.options.Limit {
			long = true
			r.buf = r.buf[:0]
		}
		if !long {
			r.buf = append(r.buf, part...)
		}
		if whole {
			return r.buf, long, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return r.buf, long, err
		}
	}
}
