// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/buildinfo"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/prom"
)

// stuckAfter is when a turn is reported that does not end.
const stuckAfter = 30 * time.Second

// ErrGaveUp is the end of a node whose root supervisor exceeded its restart intensity.
var ErrGaveUp = errors.New("node: the root supervisor gave up")

// PhaseError is returned by Start: a phase did not come up.
type PhaseError struct {
	Phase string // as /readyz names it
	Err   error  // why it did not come up
}

// Error names the phase and the reason.
func (e *PhaseError) Error() string { return fmt.Sprintf("node: start %s: %v", e.Phase, e.Err) }

// Unwrap returns the reason.
func (e *PhaseError) Unwrap() error { return e.Err }

// Options are what a node is made of.
type Options struct {
	// Config is complete and valid.
	Config config.Config
	// Kinds are the kinds of agents that it may name.
	Kinds agents.Kinds
	// Logger gets what happens; nil means slog.Default.
	Logger *slog.Logger
	// Bus carries the events; nil makes one.
	Bus *telemetry.Bus
	// Epoch is unique to this start; it tells agents of this node's life from those of former ones.
	Epoch string
	// Stdin and Stdout are read and written by queues whose tasks or results are "-".
	Stdin  io.Reader
	Stdout io.Writer
	// Tasks feed queues from Go code, by queue; each must yield the same tasks in the same order at every start.
	Tasks map[string]iter.Seq2[plan.Task, error]
	// RuntimeDir is the folder of the control socket's folder; empty means the folder for temporary files.
	RuntimeDir string

	// System makes the actor system; nil means actors.New.
	System func(actors.Options) *actors.System
	// Store is the journal's store, which ends with the node; nil means a database in the data folder.
	Store events.Store
	// Entropy gives the random part of the journal's ids; nil means the operating system's.
	Entropy io.Reader
	// NoSurfaces leaves out every listener.
	NoSurfaces bool
}

// Node is a running node.
type Node struct {
	o        Options
	born     time.Time
	sys      *actors.System
	store    events.Store
	journal  *events.Journal
	dir      *agents.Directory
	queues   []*work.Queue
	root     *supervision.Supervisor
	metrics  *prom.Registry
	surfaces *surfaces
	draining atomic.Bool
}

// Start brings the node up, phase by phase.
func Start(ctx context.Context, o Options) (*Node, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Bus == nil {
		o.Bus = telemetry.NewBus()
	}
	n := &Node{o: o}
	store, err := openStore(o)
	if err != nil {
		return nil, &PhaseError{"journal", err}
	}
	n.store = store
	if o.System == nil {
		n.o.System = actors.New
	}
	n.sys = n.o.System(actors.Options{Events: o.Bus, Logger: o.Logger, StuckAfter: stuckAfter})
	n.born = n.sys.Now()
	// Metrics count from the first event on; they are served when everything is up.
	n.metrics = prom.New(o.Bus, prom.Options{Node: o.Config.Node.Name, Logger: o.Logger})
	if err := n.up(); err != nil {
		return nil, errors.Join(err, n.close(ctx))
	}
	return n, nil
}

// up starts what stands under the root supervisor, and then the surfaces.
func (n *Node) up() error {
	if err := define(n.metrics, n); err != nil {
		return &PhaseError{"surfaces", err}
	}
	spec, err := n.spec()
	if err != nil {
		return &PhaseError{"tree", err}
	}
	if n.root, err = supervision.Start(n.sys, n.o.Config.Node.Name, spec, actors.Local()); err != nil {
		return startError(err)
	}
	if n.surfaces, err = serve(n); err != nil {
		return &PhaseError{"surfaces", err}
	}
	return nil
}

// startError names the phase that a failed start of the root is about.
func startError(err error) error {
	var start *actors.StartError
	if errors.As(err, &start) {
		if term, ok := start.Reason.Term(); ok {
			if failed, ok := term.(*supervision.StartFailed); ok {
				return &PhaseError{failed.ID, reasonError(failed.Reason)}
			}
		}
	}
	return &PhaseError{"tree", err}
}

func reasonError(why actors.Reason) error {
	if c := why.CrashError(); c != nil {
		return c
	}
	return errors.New(why.String())
}

// spec is the tree of the node: a later child is rebuilt when an earlier one crashes.
func (n *Node) spec() (supervision.Spec, error) {
	cfg := n.o.Config
	n.journal = events.NewJournal(n.store, events.JournalOptions{Entropy: n.o.Entropy})
	dir, directory := agents.NewDirectory(n.sys, "agents")
	n.dir = dir
	s := supervision.Spec{Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 3, Within: 10 * time.Second}}
	s.Children = append(s.Children, n.journalChild(), directory, dir.Sweep("health", agents.Sweep{}))
	if cfg.Tree != nil {
		tree, err := n.builder().group(cfg.Tree.Group)
		if err != nil {
			return s, err
		}
		s.Children = append(s.Children, supervision.Sub(cfg.Tree.ID, tree))
	}
	for _, q := range cfg.Work {
		queue, err := n.queue(q)
		if err != nil {
			return s, err
		}
		n.queues = append(n.queues, queue)
		s.Children = append(s.Children, supervision.Sub("work-"+q.Queue, queue.Spec()))
	}
	return s, nil
}

func (n *Node) builder() builder {
	return builder{kinds: n.o.Kinds, dir: n.dir, faults: faults(n.o.Config.Chaos)}
}

func (n *Node) journalChild() supervision.Child {
	return supervision.Child{ID: n.journal.Name(), Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, n.journal.Name(), n.journal.Behavior, n.journal.ProcessOptions()...)
		return ref.PID(), err
	}}
}

// System returns the node's actor system.
func (n *Node) System() *actors.System { return n.sys }

// Queues returns the node's queues in the order of the config.
func (n *Node) Queues() []*work.Queue { return n.queues }

// Directory returns the agents of the node.
func (n *Node) Directory() *agents.Directory { return n.dir }

// Addr returns the address of the surfaces; empty when they are off.
func (n *Node) Addr() string { return n.surfaces.addr() }

// Wait returns when every queue is done: sources at their end, every task with its outcome. ErrGaveUp says that the root supervisor
// ended first. A node with a queue that has no source waits until ctx ends.
func (n *Node) Wait(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // ends with ctx, at the latest when Wait returns
		if _, err := n.root.PID().Await(ctx); err == nil {
			cancel(ErrGaveUp)
		}
	}()
	for i, q := range n.queues {
		if c := n.o.Config.Work[i]; c.Tasks.Reveal() == "" && n.o.Tasks[c.Queue] == nil {
			<-ctx.Done() // tasks may come at any time
			return context.Cause(ctx)
		}
		if _, err := q.WaitDone(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends the node in order: queues drain until ctx ends, then everything stops in reverse order of start. It returns the numbers of
// the queues and what could not be done in order. When the root supervisor is gone there are no queues to drain and no numbers.
func (n *Node) Stop(ctx context.Context) ([]work.Stats, error) {
	n.draining.Store(true)
	var stats []work.Stats
	var all []error
	queues := n.queues
	if !n.root.PID().Alive() {
		queues = nil
	}
	for _, q := range queues {
		s, err := q.Drain(ctx)
		stats = append(stats, s)
		all = append(all, err)
	}
	last, over := n.within(context.WithoutCancel(ctx), 30*time.Second)
	defer over()
	return stats, errors.Join(append(all, n.close(last))...)
}

// within limits a context on the system's clock.
func (n *Node) within(ctx context.Context, d time.Duration) (context.Context, func()) {
	limited, end := context.WithCancelCause(ctx)
	t := n.sys.Clock().AfterFunc(d, func() { end(context.DeadlineExceeded) })
	return limited, func() { t.Stop(); end(nil) }
}

// close ends everything without draining.
func (n *Node) close(ctx context.Context) error {
	n.surfaces.close()
	n.metrics.Close()
	return errors.Join(n.sys.Close(ctx), n.store.Close())
}

// Health says how the node is.
func (n *Node) Health() admin.Health {
	h := admin.Health{
		Version: 1, Node: n.o.Config.Node.Name, Build: buildinfo.Version, Draining: n.draining.Load(),
		Uptime: n.sys.Now().Sub(n.born).Seconds(), Processes: n.sys.Len(), Ready: true,
	}
	phase := func(name string, up bool) {
		p := admin.Phase{Name: name, Up: up}
		if !up {
			p.Why = "its process is not running"
			h.Ready = false
		}
		h.Phases = append(h.Phases, p)
	}
	phase("journal", n.sys.WhereIs(n.journal.Name()).Alive())
	phase("agents", n.sys.WhereIs("agents").Alive())
	for i, q := range n.queues {
		phase("work "+n.o.Config.Work[i].Queue, n.sys.WhereIs(q.Name()).Alive())
	}
	phase("tree", n.root.PID().Alive())
	return h
}

// Tree returns the supervision tree.
func (n *Node) Tree(ctx context.Context, limit int) (supervision.Node, error) {
	return supervision.Tree(ctx, n.root, limit)
}
