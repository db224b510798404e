// SPDX-License-Identifier: Apache-2.0

package work

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"mabeam.dev/agents/work/lines"
)

// fileOutput appends to a file that says itself how far it has come.
type fileOutput struct {
	path string
	file *os.File
	end  int64 // behind the last whole line
}

func (f *fileOutput) open(look *history) (uint64, error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return 0, fmt.Errorf("work: open results %q: %w", f.path, err)
	}
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return 0, fmt.Errorf("work: open results %q: %w", f.path, err)
	}
	f.file = file
	info, err := file.Stat()
	if err != nil {
		return 0, fmt.Errorf("work: open results %q: %w", f.path, err)
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("work: open results %q: %w", f.path, errNoFile)
	}
	foreign := func(position uint64, err error) error {
		return &ResultsError{Path: f.path, Position: position, Stream: look.queue.o.Stream, Err: err}
	}
	position, end, err := lines.Tail(file, info.Size())
	if err != nil {
		return 0, foreign(0, err)
	}
	if end == 0 && info.Size() > 0 {
		if err := halfLine(file); err != nil {
			return 0, foreign(0, err)
		}
	}
	if end > 0 {
		if err := f.check(look, position, end); err != nil {
			return 0, foreign(position, err)
		}
	}
	if err := file.Truncate(end); err != nil {
		return 0, fmt.Errorf("work: open results %q: cut half a line: %w", f.path, err)
	}
	f.end = end
	return position, nil
}

// halfLine checks that a file without a whole line begins like an outcome, so that a foreign file is not cut.
func halfLine(file io.ReaderAt) error {
	const begin = `{"id":`
	buf := make([]byte, len(begin))
	n, err := file.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(buf[:n]) != begin[:n] {
		return errors.New("it does not begin with an outcome")
	}
	return nil
}

// check compares the id in the last line with the outcome that the journal has at its position.
func (f *fileOutput) check(look *history, position uint64, end int64) error {
	last, err := f.lastLine(end)
	if err != nil {
		return err
	}
	for item, err := range look.outcomes(look.ctx, position) {
		if err != nil {
			return err
		}
		if item.Version == position && item.final && item.Outcome.ID == last.ID {
			return nil
		}
		break
	}
	return errNoFinal
}

// longestLine is more than a line can have: output, history and names together.
const longestLine = 2 * MaxOutput

func (f *fileOutput) lastLine(end int64) (lines.Outcome, error) {
	buf := make([]byte, min(end-1, longestLine))
	if _, err := f.file.ReadAt(buf, end-1-int64(len(buf))); err != nil {
		return lines.Outcome{}, err
	}
	return lines.ParseOutcome(buf[bytes.LastIndexByte(buf, '\n')+1:])
}

func (f *fileOutput) write(block []byte) error {
	n, err := f.file.WriteAt(block, f.end)
	if err != nil {
		if n > 0 {
			err = errors.Join(err, f.file.Truncate(f.end))
		}
		return err
	}
	f.end += int64(n)
	return nil
}

func (f *fileOutput) sync() error { return f.file.Sync() }

// intact notices that somebody has removed, replaced or cut the file. What is longer than it should be is not: it will be overwritten.
func (f *fileOutput) intact() error {
	ours, err := f.file.Stat()
	if err != nil {
		return fmt.Errorf("work: look at results %q: %w", f.path, err)
	}
	there, err := os.Stat(f.path)
	switch {
	case err != nil:
		return fmt.Errorf("work: look at results %q: %w", f.path, err)
	case !os.SameFile(ours, there):
		return fmt.Errorf("work: look at results %q: another file has taken its place", f.path)
	case ours.Size() < f.end:
		return fmt.Errorf("work: look at results %q: it was cut to %d of %d bytes", f.path, ours.Size(), f.end)
	}
	return nil
}

func (f *fileOutput) close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// writerOutput writes to something that remembers nothing.
type writerOutput struct {
	w     io.Writer
	first bool
	sink  *Sink
	done  int // bytes of the lines behind the sink's last version that were written before a write failed
}

func (o *writerOutput) open(look *history) (uint64, error) {
	if !o.first {
		return o.sink.written.Load(), nil
	}
	at, err := look.end()
	if err == nil {
		o.sink.written.Store(at)
	}
	return at, err
}

// write leaves out what a failed write had got through: lines are the same each time, so the count of bytes says where to go on.
func (o *writerOutput) write(block []byte) error {
	skip := min(o.done, len(block))
	n, err := o.w.Write(block[skip:])
	if err != nil {
		o.done = max(o.done, skip+n)
		return err
	}
	o.done -= skip
	return nil
}

func (o *writerOutput) sync() error   { return nil }
func (o *writerOutput) intact() error { return nil }
func (o *writerOutput) close() error  { return nil }
