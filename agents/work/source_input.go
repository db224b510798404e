// SPDX-License-Identifier: Apache-2.0

package work

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
)

// fileInput reads JSON lines from a file that can be opened again.
type fileInput struct {
	path   string
	source string // name of the cursor
	file   *os.File
	reader *lines.Reader
}

func (f *fileInput) check() error {
	info, err := os.Stat(f.path) // first: opening a pipe would wait for its writer
	if err != nil {
		return fmt.Errorf("work: open tasks %q: %w", f.path, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("work: open tasks %q: %w", f.path, errNoFile)
	}
	file, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("work: open tasks %q: %w", f.path, err)
	}
	return file.Close()
}

// errNoFile refuses what cannot be gone on with in its middle; a stream is for ReaderSource.
var errNoFile = errors.New("not a regular file")

// open goes on behind the last accepted line. If that place is not the end of a line the file is another one now, and is read from its
// beginning; known tasks are merged.
func (f *fileInput) open(from int64) error {
	file, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("work: open tasks %q: %w", f.path, err)
	}
	f.file = file
	number, whole, err := linesBefore(file, from)
	if err != nil {
		return fmt.Errorf("work: open tasks %q: %w", f.path, err)
	}
	if !whole {
		from, number = 0, 0
	}
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return fmt.Errorf("work: open tasks %q: %w", f.path, err)
	}
	f.reader = lines.NewReader(file, lines.Options{File: f.path, Offset: from, Line: number})
	return nil
}

// linesBefore counts the lines before an offset, and reports whether it stands behind a whole one.
func linesBefore(r io.Reader, offset int64) (n int, whole bool, err error) {
	in := bufio.NewReaderSize(io.LimitReader(r, offset), 256<<10)
	last := byte('\n')
	for {
		part, err := in.ReadSlice('\n')
		if len(part) > 0 {
			offset -= int64(len(part))
			last = part[len(part)-1]
		}
		switch {
		case errors.Is(err, io.EOF):
			return n, offset == 0 && last == '\n', nil
		case err == nil:
			n++
		case !errors.Is(err, bufio.ErrBufferFull):
			return n, false, err
		}
	}
}

func (f *fileInput) ready() bool { return true }

func (f *fileInput) next(now plan.Instant) (item, error) {
	line, err := f.reader.Next(now)
	if err != nil {
		return item{}, badLine(err)
	}
	return item{offer{line.Task, plan.Cursor{Source: f.source, Offset: line.End}}, fmt.Sprintf("%s:%d:1", f.path, line.Number)}, nil
}

func (f *fileInput) close() {
	if f.file != nil {
		_ = f.file.Close() // only read from
		f.file, f.reader = nil, nil
	}
}

// badLine tells a line that is to be passed over from the end and from a failure.
func badLine(err error) error {
	var at *lines.LineError
	if errors.As(err, &at) {
		return &badItem{place: fmt.Sprintf("%s:%d:%d", at.File, at.Line, at.Col), err: err}
	}
	return err
}

// streamInput reads JSON lines once; the reader lives as long as the handle.
type streamInput struct {
	r      io.Reader
	name   string
	reader *lines.Reader
	whole  *wholeLines
}

func (s *streamInput) check() error { return nil }

func (s *streamInput) open(int64) error {
	if s.reader == nil {
		s.whole = &wholeLines{r: s.r}
		s.reader = lines.NewReader(s.whole, lines.Options{File: s.name})
	}
	return nil
}

func (s *streamInput) next(now plan.Instant) (item, error) {
	line, err := s.reader.Next(now)
	if err != nil {
		return item{}, badLine(err)
	}
	return item{offer{task: line.Task}, fmt.Sprintf("%s:%d:1", s.name, line.Number)}, nil
}

// ready compares what the reader was given, which ends with a line where it can, with what it has used.
func (s *streamInput) ready() bool { return s.reader.Offset() < s.whole.given }

func (s *streamInput) close() {}

// wholeLines hands on what is there up to the last newline, so that a reader behind it which has used everything stands between two lines,
// and not in the middle of one of which the rest may be long in coming.
type wholeLines struct {
	r     io.Reader
	buf   []byte
	given int64
	err   error
}

// Read waits only if nothing is left that could be given.
func (w *wholeLines) Read(p []byte) (int, error) {
	for {
		end := bytes.LastIndexByte(w.buf, '\n') + 1
		if end == 0 && (w.err != nil || len(w.buf) >= len(p)) {
			end = len(w.buf) // half a line: the last one, or one longer than the room
		}
		if end > 0 {
			n := copy(p, w.buf[:end])
			w.buf = w.buf[n:]
			w.given += int64(n)
			return n, nil
		}
		if w.err != nil {
			return 0, w.err
		}
		part := make([]byte, 32<<10)
		n, err := w.r.Read(part)
		w.buf, w.err = append(w.buf, part[:n]...), err
	}
}

// sequenceInput pulls tasks from a sequence.
type sequenceInput struct {
	tasks iter.Seq2[plan.Task, error]
	name  string
	pull  func() (plan.Task, error, bool)
	stop  func()
	n     int
}

func (s *sequenceInput) check() error { return nil }

func (s *sequenceInput) open(int64) error {
	s.pull, s.stop = iter.Pull2(s.tasks)
	s.n = 0
	return nil
}

func (s *sequenceInput) ready() bool { return true }

func (s *sequenceInput) next(plan.Instant) (item, error) {
	t, err, more := s.pull()
	if !more {
		return item{}, io.EOF
	}
	s.n++
	place := fmt.Sprintf("%s:%d", s.name, s.n)
	if err != nil {
		return item{}, &badItem{place: place, err: err}
	}
	return item{offer{task: t}, place}, nil
}

func (s *sequenceInput) close() {
	if s.stop != nil {
		s.stop()
		s.pull, s.stop = nil, nil
	}
}
