// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/basic"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/internal/nearest"
	"mabeam.dev/supervision"
)

func registryVerbs() []Verb {
	return []Verb{
		{
			Name: "registries", Group: Registries, Usage: "registries", Min: 0, Max: 0, Example: "registries",
			Doc: "Starts two registries beside the node, the basic one old and new with its indexes, and a migration from old to new. Their processes are below " +
				"/registries: /registries/old, /registries/new/new, /registries/migration.",
			run: startRegistries,
		},
		{
			Name: "register", Group: Registries, Usage: "register NAME [COUNT]", Min: 1, Max: 2, Example: "register crew 1000",
			Doc:   "Registers an agent, or as many as COUNT says, NAME-1 and so on, where the migration has writes go. Each is a process with the agent's name.",
			check: checkCount(1),
			run:   register,
		},
		{
			Name: "unregister", Group: Registries, Usage: "unregister NAME", Min: 1, Max: 1, Example: "unregister crew-7",
			Doc: "Takes an agent out, where the migration has writes go. Its process lives on.",
			run: unregister,
		},
		{
			Name: "writers", Group: Registries, Usage: "writers COUNT", Min: 1, Max: 1, Example: "writers 8",
			Doc: "Has so many processes register, change, unregister and kill agents of their own from now on, and see after each write that readers see it; 0 ends " +
				"them. What they do not find as they should is counted as broken.",
			check: checkCount(0),
			run:   writers,
		},
		{
			Name: "migrate", Group: Registries, Usage: "migrate STEP", Min: 1, Max: 1, Example: "migrate copy",
			Doc:   "Takes a step of the migration: start, copy, verify, switch_reads, switch_writes, retire, or rollback. It fails when the step does.",
			check: checkStep,
			run:   migrateStep,
		},
		{
			Name: "lose", Group: Registries, Usage: "lose [NAME]", Min: 0, Max: 1, Example: "lose crew-7",
			Doc: "Has the new registry lose what it is told of an agent, and know nothing of that; without a name it loses nothing from now on.",
			run: func(e *engine, c *Command) (string, error) {
				if e.registries == nil {
					return "", errNoRegistries
				}
				e.registries.loss.name = text(c.Args)
				return "", nil
			},
		},
	}
}

var errNoRegistries = errors.New("no registries have been started: registries comes first")

// pair is two registries with a migration between them.
type pair struct {
	sides     map[string]migrate.Side
	migration *migrate.Migration
	loss      *lossy
	writers   *crew
}

// lossy is a side that loses one row on its way in.
type lossy struct {
	migrate.Side
	name string
}

// Import drops what is to be lost.
func (l *lossy) Import(ctx context.Context, ops ...registry.Op) error {
	kept := make([]registry.Op, 0, len(ops))
	for _, op := range ops {
		if r, ok := op.(registry.Restore); !ok || r.Row.ID != l.name {
			kept = append(kept, op)
		}
	}
	return l.Side.Import(ctx, kept...)
}

func startRegistries(e *engine, _ *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	if e.registries != nil {
		return "", errors.New("there are registries already")
	}
	sys := e.node.System()
	before, children, err := basic.New(sys, basic.Spec{Name: "old"})
	if err != nil {
		return "", err
	}
	after, child, err := registry.New(sys, registry.Options{Name: "new"})
	if err != nil {
		return "", err
	}
	p := &pair{loss: &lossy{Side: migrate.Enhanced(after)}, writers: &crew{engine: e}}
	p.sides = map[string]migrate.Side{"old": migrate.Basic(before), "new": p.loss}
	m, mover, err := migrate.New(sys, migrate.Spec{Name: "migration", Old: p.sides["old"], New: p.sides["new"]})
	if err != nil {
		return "", err
	}
	p.migration = m
	_, err = supervision.Start(sys, "registries", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second}, Children: append(children, child, mover),
	})
	if err == nil {
		e.registries = p
	}
	return "", err
}

// checkCount wants a number at a place, if there is an argument.
func checkCount(at int) func(*Script, *Command) []mistake {
	return func(_ *Script, c *Command) []mistake {
		if at >= len(c.Args) {
			return nil
		}
		a := c.Args[at]
		if n, err := strconv.Atoi(a.Text); err == nil && n >= 0 {
			return nil
		}
		return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no count", a.Text), hint: "such as 100"}}
	}
}

func checkStep(_ *Script, c *Command) []mistake {
	a := c.Args[0]
	step, err := plan.ParseCommand(a.Text)
	if err == nil && step != plan.Nothing {
		return nil
	}
	m := mistake{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no step", a.Text)}
	var names []string
	for s := plan.Start; s <= plan.Rollback; s++ {
		names = append(names, s.String())
	}
	if near := nearest.Word(a.Text, names); near != "" {
		m.hint = fmt.Sprintf("did you mean %q?", near)
	}
	return []mistake{m}
}

func register(e *engine, c *Command) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	names := []string{c.Args[0].Text}
	if len(c.Args) > 1 {
		n, _ := strconv.Atoi(c.Args[1].Text)
		names = make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("%s-%d", c.Args[0].Text, i+1)
		}
	}
	for _, name := range names {
		pid, err := idler(e.node.System(), name)
		if err != nil {
			return "", err
		}
		if _, err := e.registries.migration.Book().Register(e.ctx, agentRow(name, pid)); err != nil {
			pid.Kill()
			return "", err
		}
	}
	return "", nil
}

// idler starts a process that does nothing.
func idler(in actors.Spawner, name string) (actors.PID, error) {
	ref, err := actors.Spawn(in, name, actors.Stateless(func(*actors.Context[struct{}], struct{}) error { return nil }))
	return ref.PID(), err
}

func agentRow(name string, h index.Handle) *index.Row {
	return &index.Row{ID: name, Kind: basic.Agent, Handle: h, Capabilities: []index.Capability{{Name: "scenario", Version: "1"}}, Health: index.Health{Status: query.Healthy}}
}

func unregister(e *engine, c *Command) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	return "", e.registries.migration.Book().Unregister(e.ctx, registry.ID{Name: c.Args[0].Text})
}

func migrateStep(e *engine, c *Command) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	step, err := plan.ParseCommand(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	_, err = e.registries.migration.Do(e.ctx, step)
	return "", err
}

// registrySubjects are what can be expected of registries.
func registrySubjects() []subject {
	return []subject{
		{"registered", "registered WHERE", "how many agents old has, new has, or are seen by who looks them up where the migration has reads go", 1, 1, registered},
		{"migration", "migration", "how far the migration is: idle, shadowing, copied, verified, reads, switched or retired", 0, 0, migration},
		{"differences", "differences", "how many agents old and new know differently", 0, 0, differences},
		{"broken", "broken", "how often a writer did not find what it had written", 0, 0, func(e *engine, _ []Arg) (string, error) {
			if e.registries == nil {
				return "", errNoRegistries
			}
			return strconv.Itoa(e.registries.writers.broken), nil
		}},
		{"known", "known", "how many agents the node's registry knows", 0, 0, known},
		{"strays", "strays", "how many agents the node's registry knows that do not live, and how many live that it does not know", 0, 0, strays},
	}
}

func registered(e *engine, args []Arg) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	all := e.registries.migration.Book().All
	if where := args[0].Text; where != "seen" {
		side, ok := e.registries.sides[where]
		if !ok {
			return "", fmt.Errorf("registered has no %q: it is old, new or seen", where)
		}
		all = side.All
	}
	return strconv.Itoa(length(all())), nil
}

func length(rows iter.Seq[*index.Row]) int {
	n := 0
	for range rows {
		n++
	}
	return n
}

func migration(e *engine, _ []Arg) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	s, err := e.registries.migration.Status(e.ctx)
	return s.Phase.String(), err
}

func differences(e *engine, _ []Arg) (string, error) {
	if e.registries == nil {
		return "", errNoRegistries
	}
	_, a, err := e.registries.sides["old"].Changes(nil)
	if err != nil {
		return "", err
	}
	_, b, err := e.registries.sides["new"].Changes(nil)
	if err != nil {
		return "", err
	}
	return strconv.Itoa(len(plan.Compare(a.All(), b.All(), lives).Differences)), nil
}

func lives(h index.Handle) bool {
	pid, ok := h.(actors.PID)
	return !ok || pid.Alive()
}

func known(e *engine, _ []Arg) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	if _, err := e.node.Registry().Settle(e.ctx); err != nil {
		return "", err
	}
	return strconv.Itoa(length(e.node.Registry().All())), nil
}

// strays compares the node's registry, its look-ups and its indexes, with the processes that there are.
func strays(e *engine, _ []Arg) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	r := e.node.Registry()
	if _, err := r.Settle(e.ctx); err != nil {
		return "", err
	}
	n, knownTo := 0, map[actors.PID]bool{}
	for row := range r.All() {
		pid, ok := row.Handle.(actors.PID)
		found, there := r.Lookup(registry.IDOf(row))
		if !ok || !pid.Alive() || !there || found != row {
			n++
		}
		knownTo[pid] = true
	}
	page, err := r.Find(query.Query{Where: query.State.In(query.Ready, query.Busy), Namespace: query.AllNamespaces})
	if err != nil {
		return "", err
	}
	for _, row := range page.Rows {
		if pid, ok := row.Handle.(actors.PID); !ok || !knownTo[pid] {
			n++
		}
	}
	living, err := e.node.Directory().List(e.ctx)
	if err != nil {
		return "", err
	}
	for _, entry := range living {
		if entry.PID.Alive() && !knownTo[entry.PID] {
			n++
		}
	}
	return strconv.Itoa(n), nil
}
