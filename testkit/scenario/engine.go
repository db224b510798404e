// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/config"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node"
	"mabeam.dev/testkit/sim"
)

// engine carries a script out. It is the driver of a simulation and has no state after it.
type engine struct {
	script  *Script
	kinds   agents.Kinds
	sim     *sim.Sim
	ctx     context.Context
	node    *node.Node
	config  config.Config
	log     *eventLog
	prefix  int
	results bytes.Buffer
	given   map[string]*int // answers that scripted agents have given, by agent

	registries *pair     // nil until a script starts them
	trades     int       // requests to auctions: each has a key of its own
	auctions   int       // that crowds have traded in
	audience   *audience // nil until a script has a subscriber
	council    *council  // nil until a script coordinates
	climate    map[string]*environment
}

// errNotStarted is the failure of a verb that needs a node before there is one.
var errNotStarted = errors.New("no node has been started: start FILE comes first")

// start brings the node up from a file of the archive.
func (e *engine) start(file File) error {
	if e.node != nil {
		return errors.New("a node is running already: stop ends it")
	}
	cfg, err := e.load(file)
	if err != nil {
		return err
	}
	tasks, err := e.tasks(cfg)
	if err != nil {
		return err
	}
	o := node.Options{
		Config: cfg, Kinds: e.kinds, Bus: e.log.bus, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Epoch: "scenario",
		Stdout: &e.results, System: e.sim.NewSystem, Store: memory.New(memory.Options{Now: e.sim.Now}),
		Entropy: entropy{rand.New(rand.NewPCG(e.sim.Seed(), entropyStream))}, NoSurfaces: true, Tasks: tasks,
	}
	e.config = cfg
	if e.node, err = node.Start(e.ctx, o); err != nil {
		return err
	}
	e.sim.Settle()
	e.log.up()
	return nil
}

// load reads a config of the archive.
func (e *engine) load(file File) (config.Config, error) {
	cfg, _, err := config.Load(config.Input{Name: file.Name, Data: file.Data, Kinds: e.infos()})
	if err != nil {
		return cfg, located(err, e.script, file)
	}
	if cfg.Tree != nil {
		err = simulable(cfg.Tree.Children)
	}
	return cfg, err
}

// entropyStream is the stream of the seed that identifiers come from.
const entropyStream = 0x1d5

// entropy is a random source as a reader.
type entropy struct{ *rand.Rand }

// Read fills p.
func (r entropy) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return len(p), nil
}

// process finds the living process of a path.
func (e *engine) process(path string) (actors.PID, error) {
	if e.node == nil {
		return actors.PID{}, errNotStarted
	}
	for pid := range e.node.System().Processes() {
		if pid.Path() == path {
			return pid, nil
		}
	}
	return actors.PID{}, fmt.Errorf("no process %s is running%s", path, e.near(path))
}

// near suggests a path that is there.
func (e *engine) near(path string) string {
	var paths []string
	for pid := range e.node.System().Processes() {
		paths = append(paths, pid.Path())
	}
	if best := nearestPath(path, paths); best != "" {
		return fmt.Sprintf(" (did you mean %s?)", best)
	}
	return ""
}

func text(args []Arg) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, a.Text)
	}
	return strings.Join(parts, " ")
}
