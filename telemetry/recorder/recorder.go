// SPDX-License-Identifier: Apache-2.0

package recorder

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/telemetry"
)

// Defaults of Options.
const (
	DefaultMaxEvents = 65_536
	DefaultMaxBytes  = 32 << 20
	DefaultMaxText   = 4096
)

const (
	stripes   = 256 // rings of processes
	perStripe = 64  // entries in each
)

// Options set up a recorder. The zero value works, but knows neither times nor processes.
type Options struct {
	// MaxEvents bounds the events of the node; 0 means DefaultMaxEvents.
	MaxEvents int
	// MaxBytes bounds the memory of all entries; 0 means DefaultMaxBytes. A quarter is for what is kept by process.
	MaxBytes int
	// MaxText bounds the text of one entry in bytes; 0 means DefaultMaxText.
	MaxText int
	// Now gives the time of entries: that of the system. Nil leaves them zero.
	Now func() time.Time
	// Subject says which process an event is about; nil means none.
	Subject func(telemetry.Event) (Subject, bool)
	// Accept chooses what is recorded; nil takes all.
	Accept func(telemetry.Event) bool
}

func (o Options) withDefaults() Options {
	if o.MaxEvents <= 0 {
		o.MaxEvents = DefaultMaxEvents
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.MaxText <= 0 {
		o.MaxText = DefaultMaxText
	}
	return o
}

// Recorder keeps the last events. It is safe for concurrent use.
type Recorder struct {
	o         Options
	seq       atomic.Uint64
	node      *ring
	processes [stripes]*ring
}

// New makes an empty recorder.
func New(o Options) *Recorder {
	o = o.withDefaults()
	r := &Recorder{o: o, node: newRing(o.MaxEvents, int64(o.MaxBytes)*3/4)}
	for i := range r.processes {
		r.processes[i] = newRing(perStripe, int64(o.MaxBytes)/4/stripes)
	}
	return r
}

// Attach records every event of a bus from now on, in place, until cancel is called.
func (r *Recorder) Attach(bus *telemetry.Bus) (cancel func()) {
	return bus.SubscribeAll("recorder", r.Record)
}

// Record keeps one event.
func (r *Recorder) Record(e telemetry.Event) {
	if r.o.Accept != nil && !r.o.Accept(e) {
		return
	}
	entry := &Entry{Name: e.EventName()}
	entry.Level, entry.Text = render(e, r.o.MaxText)
	if r.o.Now != nil {
		entry.At = r.o.Now()
	}
	known := false
	if r.o.Subject != nil {
		entry.Subject, known = r.o.Subject(e)
	}
	entry.Seq = r.seq.Add(1)
	r.node.put(entry)
	if known && entry.Subject.Path != "" {
		r.processes[stripe(entry.Subject.Path)].put(entry)
	}
}

// stripe hashes a path (FNV-1a), the same in every run: what is pushed out must not depend on a seed.
func stripe(path string) int {
	h := uint32(2166136261)
	for i := range len(path) {
		h = (h ^ uint32(path[i])) * 16777619
	}
	return int(h % stripes)
}

// Last returns up to n of the node's events, oldest first.
func (r *Recorder) Last(n int) []Entry {
	return sorted(r.node.last(n, func(*Entry) bool { return true }))
}

// LastOf returns up to n of the events about the process with a path, in all its incarnations, oldest first.
func (r *Recorder) LastOf(path string, n int) []Entry {
	return sorted(r.processes[stripe(path)].last(n, func(e *Entry) bool { return e.Subject.Path == path }))
}

// sorted puts entries in the order of recording: writers that race may have taken their places in another.
func sorted(entries []*Entry) []Entry {
	out := make([]Entry, len(entries))
	for i, e := range entries {
		out[i] = *e
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}

// Dump writes up to n of the node's events to w, a line for each, oldest first.
func (r *Recorder) Dump(w io.Writer, n int) error {
	b := bufio.NewWriter(w)
	for _, e := range r.Last(n) {
		_, _ = b.WriteString(e.String() + "\n") // the first error stays, and Flush returns it
	}
	return b.Flush()
}

// Stats are a recorder's figures.
type Stats struct {
	// Seen counts the events recorded so far, Kept those of the node that are still there.
	Seen uint64
	Kept int
	// Bytes is about the memory of the entries, those of the node and those by process.
	Bytes int64
}

// Stats returns the figures as they are now.
func (r *Recorder) Stats() Stats {
	s := Stats{Seen: r.seq.Load(), Kept: r.node.kept(), Bytes: r.node.bytes.Load()}
	for _, p := range r.processes {
		s.Bytes += p.bytes.Load()
	}
	return s
}
