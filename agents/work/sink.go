// SPDX-License-Identifier: Apache-2.0

package work

import (
	"io"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/supervision"
)

// sinkMessage is what a sink's process takes.
type sinkMessage interface{ sink() }

type (
	// delivery holds all outcomes with versions behind from, up to upto.
	delivery struct {
		from, upto uint64
		items      []plan.Emit
		reply      actors.Reply[uint64]
	}
	// sync asks for what is written to be durable.
	sync struct{ reply actors.Reply[struct{}] }
	// more goes on with reading the journal.
	more struct{}
	// syncDue is the periodic flush.
	syncDue struct{}
)

func (delivery) sink() {}
func (sync) sink()     {}
func (more) sink()     {}
func (syncDue) sink()  {}

// output is where lines go.
type output interface {
	// open prepares the output and tells the version of the queue's history whose outcome was written last.
	open(look *history) (uint64, error)
	// write appends whole lines, all or none of which count as written.
	write(lines []byte) error
	sync() error
	// intact fails if the output has lost what was written; a new one that is opened finds out what.
	intact() error
	close() error
}

// Sink is the handle of a sink: a process that writes each outcome as one line (see package lines).
type Sink struct {
	queue   *Queue
	name    string
	ref     actors.Ref[sinkMessage]
	output  func(first bool) output
	began   atomic.Bool   // an incarnation has opened the output
	written atomic.Uint64 // version up to which lines were written, for outputs that cannot tell
}

// FileSink adds a sink that appends to a file: each outcome in exactly one line, whatever crashes. The position in each line says which
// outcomes the file has; when it is opened half a line at its end is cut off, and outcomes that are missing are written from the journal.
// So are those that somebody takes away by removing or cutting the file while it is written to.
// A file that ends with anything else than an outcome of this queue is refused with *ResultsError and left alone. A full disk is told as
// SinkFailed and tried again; the queue goes on meanwhile. To be called before the queue starts; the name is part of the process's name.
func (q *Queue) FileSink(name, path string) *Sink {
	return q.addSink(name, func(bool) output { return &fileOutput{path: path} })
}

// WriterSink adds a sink that writes to w, such as os.Stdout. A writer cannot be asked what it has got, so it is given the outcomes that
// come after the first start of the sink; those of earlier starts of the node are in the journal. Each outcome is written once, unless
// the sink's process is killed during a write. To be called before the queue starts.
func (q *Queue) WriterSink(name string, w io.Writer) *Sink {
	var s *Sink
	s = q.addSink(name, func(first bool) output { return &writerOutput{w: w, first: first, sink: s} })
	return s
}

func (q *Queue) addSink(name string, make func(first bool) output) *Sink {
	full := q.o.Name + "." + name
	s := &Sink{queue: q, name: name, ref: actors.Named[sinkMessage](q.sys, full), output: make}
	q.sinks = append(q.sinks, s)
	return s
}

// Child describes the sink's process.
func (s *Sink) Child() supervision.Child {
	name := s.queue.o.Name + "." + s.name
	return supervision.Child{ID: name, Shutdown: supervision.After(10 * time.Second), Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, name, s.behavior, actors.Kind("work.sink"))
		return ref.PID(), err
	}}
}

func (s *Sink) behavior() actors.Behavior[sinkMessage] {
	return &sinkActor{sink: s, output: s.output(!s.began.Load())}
}
