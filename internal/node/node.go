// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/buildinfo"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/otel"
	"mabeam.dev/telemetry/prom"
)

// stuckAfter is when a turn is reported that does not end.
const stuckAfter = 30 * time.Second

// ErrGaveUp is the end of a node whose root supervisor exceeded its restart intensity.
var ErrGaveUp = fault.New(9201, "node: the root supervisor gave up")

// ErrStarting is returned when something is asked of a node that is not up yet.
var ErrStarting = fault.New(9203, "node: it is starting")

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
	// Traces makes the spans of the node, whose bus and clock it is given; they are closed with the node. Nil means that there are none.
	Traces func(bus *telemetry.Bus, now func() time.Time) *otel.Spans
	// NoSurfaces leaves out every listener.
	NoSurfaces bool

	parts []service // what the node consists of; nil means services()
}

// Node is a running node. What its services leave here is set before any process starts, and not changed afterwards.
type Node struct {
	o        Options
	born     time.Time
	sys      *actors.System
	metrics  *prom.Registry
	board    *board
	made     []service // in the order in which they start
	root     atomic.Pointer[supervision.Supervisor]
	addr     atomic.Pointer[string] // of the HTTP surface; nil until it listens
	draining atomic.Bool

	records  records
	store    events.Store
	catalog  *events.Catalog
	journal  *events.Journal
	dir      *agents.Directory
	registry *registry.Registry
	market   marketplace
	dealings dealings
	council  coordination
	tuning   variables
	queues   []*work.Queue
	drained  []work.Stats // by Stop alone
}

// Start brings the node up, phase by phase.
func Start(ctx context.Context, o Options) (*Node, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Bus == nil {
		o.Bus = telemetry.NewBus()
	}
	if o.System == nil {
		o.System = actors.New
	}
	if o.parts == nil {
		o.parts = services()
	}
	if tree := o.Config.Tree; tree != nil {
		ordered := tree.Ordered()
		o.Config.Tree = &ordered
	}
	n := &Node{o: o, sys: o.System(actors.Options{Events: o.Bus, Logger: o.Logger, StuckAfter: stuckAfter})}
	n.born = n.sys.Now()
	// Metrics count from the first event on.
	n.metrics = prom.New(o.Bus, prom.Options{Node: o.Config.Node.Name, Logger: o.Logger})
	if err := n.up(); err != nil {
		return nil, errors.Join(err, n.close(ctx))
	}
	return n, nil
}

// up makes the services and starts them under the root supervisor.
func (n *Node) up() error {
	if err := define(n.metrics, n); err != nil {
		return &PhaseError{Phase: phase.Surfaces, Service: "metrics", Err: err}
	}
	spec, err := n.spec()
	if err != nil {
		return err
	}
	n.board.watch(n.o.Bus, n.sys.Now)
	root, err := supervision.Start(n.sys, n.o.Config.Node.Name, spec, actors.Local())
	if err != nil {
		return n.startError(err)
	}
	n.root.Store(root)
	return nil
}

func (n *Node) builder() builder {
	return builder{kinds: n.o.Kinds, dir: n.dir, faults: faults(n.o.Config.Chaos), trace: n.traceWork, keys: n.identity}
}

// System returns the node's actor system.
func (n *Node) System() *actors.System { return n.sys }

// Queues returns the node's queues in the order of the config.
func (n *Node) Queues() []*work.Queue { return n.queues }

// Directory returns the agents of the node.
func (n *Node) Directory() *agents.Directory { return n.dir }

// Addr returns the address of the surfaces; empty when they are off.
func (n *Node) Addr() string {
	if addr := n.addr.Load(); addr != nil {
		return *addr
	}
	return ""
}

// Wait returns when every queue is done: sources at their end, every task with its outcome. ErrGaveUp says that the root supervisor
// ended first. A node with a queue that has no source waits until ctx ends.
func (n *Node) Wait(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // ends with ctx, at the latest when Wait returns
		if _, err := n.root.Load().PID().Await(ctx); err == nil {
			cancel(ErrGaveUp)
		}
	}()
	if len(n.queues) == 0 && (n.market.exchange != nil || n.council.engine != nil || n.tuning.spaces != nil) {
		<-ctx.Done() // bids, sessions and proposals may come at any time
		return context.Cause(ctx)
	}
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

// Stop ends the node in order: it stops being ready, its services drain until ctx ends, those of later phases first, and then the phases
// stop in reverse order of their start. It returns the numbers of the queues and what could not be done in order. When the root supervisor
// is gone there is nothing to drain and there are no numbers.
func (n *Node) Stop(ctx context.Context) ([]work.Stats, error) {
	n.draining.Store(true)
	n.freeReserve()
	var all []error
	for _, s := range slices.Backward(n.made) {
		if s.drain != nil && n.root.Load().PID().Alive() {
			all = append(all, s.drain(ctx, n))
		}
	}
	last, over := n.within(context.WithoutCancel(ctx), 30*time.Second)
	defer over()
	return n.drained, errors.Join(append(all, n.close(last))...)
}

// within limits a context on the system's clock.
func (n *Node) within(ctx context.Context, d time.Duration) (context.Context, func()) {
	limited, end := context.WithCancelCause(ctx)
	t := n.sys.Clock().AfterFunc(d, func() { end(context.DeadlineExceeded) })
	return limited, func() { t.Stop(); end(nil) }
}

// close ends everything without draining: processes, and then what is none.
func (n *Node) close(ctx context.Context) error {
	all := []error{n.sys.Close(ctx)}
	n.board.close()
	n.metrics.Close()
	for _, s := range slices.Backward(n.made) {
		if s.end != nil {
			all = append(all, s.end(n))
		}
	}
	return errors.Join(all...)
}

// Health says how the node is.
func (n *Node) Health() admin.Health {
	root := n.root.Load()
	h := admin.Health{
		Version: 1, Node: n.o.Config.Node.Name, Build: buildinfo.Version, Draining: n.draining.Load(),
		Uptime: n.sys.Now().Sub(n.born).Seconds(), Processes: n.sys.Len(),
	}
	h.Phases, h.Ready = n.board.show()
	h.Ready = h.Ready && root != nil && root.PID().Alive()
	return h
}

// Tree returns the supervision tree.
func (n *Node) Tree(ctx context.Context, limit int) (supervision.Node, error) {
	root := n.root.Load()
	if root == nil {
		return supervision.Node{}, ErrStarting
	}
	return supervision.Tree(ctx, root, limit)
}
