// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"bytes"
	"fmt"

	"mabeam.dev/actors/fault"
)

// DefaultLineLimit is the longest line, newline not counted, that either side may send unless configured: 1 MiB.
const DefaultLineLimit = 1 << 20

// keepBuffer is the size up to which the splitter keeps its buffer after a line; a larger one is given back,
// so one long line does not cost a program its size for ever.
const keepBuffer = 64 << 10

// Splitter cuts a stream of chunks into lines and never holds more than its limit. The zero value has the
// default limit. It belongs to one reader.
type Splitter struct {
	limit int
	held  []byte // the line begun in earlier chunks
	err   *LineTooLongError
}

// NewSplitter makes a splitter with a limit in bytes per line; 0 means [DefaultLineLimit].
func NewSplitter(limit int) *Splitter { return &Splitter{limit: limit} }

// Feed hands each line that chunk completes to emit, without its "\n" or "\r\n". The line is valid until
// emit returns. When a line grows over the limit Feed returns [*LineTooLongError], and so does every later
// call: what follows in the stream cannot be trusted to start at a line.
func (s *Splitter) Feed(chunk []byte, emit func(line []byte)) error {
	if s.err != nil {
		return s.err
	}
	limit := s.limit
	if limit <= 0 {
		limit = DefaultLineLimit
	}
	for len(chunk) > 0 {
		end := bytes.IndexByte(chunk, '\n')
		part := chunk
		if end >= 0 {
			part = chunk[:end]
		}
		if len(s.held)+len(part) > limit {
			return s.overflow(part, limit)
		}
		if end < 0 {
			s.held = append(s.held, part...)
			return nil
		}
		chunk = chunk[end+1:]
		if len(s.held) == 0 {
			emit(dropCR(part))
			continue
		}
		s.held = append(s.held, part...)
		emit(dropCR(s.held))
		if cap(s.held) > keepBuffer {
			s.held = nil
		} else {
			s.held = s.held[:0]
		}
	}
	return nil
}

// Rest is what was read of a line that has not ended. It is valid until the next Feed.
func (s *Splitter) Rest() []byte { return s.held }

func (s *Splitter) overflow(part []byte, limit int) error {
	start := append([]byte(nil), head(s.held)...)
	if missing := headBytes - len(start); missing > 0 {
		start = append(start, part[:min(missing, len(part))]...)
	}
	s.held = nil
	s.err = &LineTooLongError{Limit: limit, Head: string(start)}
	return s.err
}

func dropCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// LineTooLongError is the error of a line over the limit; a program that sends one is ended.
type LineTooLongError struct {
	Limit int    // in bytes, newline not counted
	Head  string // the first 80 bytes, as they came
}

// Error quotes the head of the line.
func (e *LineTooLongError) Error() string {
	return fmt.Sprintf("protocol: read line %s: longer than %d bytes", quoteHead([]byte(e.Head)), e.Limit)
}

// FaultCode is E3337.
func (*LineTooLongError) FaultCode() fault.Code { return 3337 }
