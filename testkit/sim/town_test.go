// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
	"mabeam.dev/actors/registry"
	"mabeam.dev/actors/statem"
	"mabeam.dev/actors/table"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
	"mabeam.dev/testkit/sim"
)

// A town is a tree in which everything of the runtime is used: tables with an owner and with many writers, a registry with locks and
// listeners, a group with watches, a state machine, tasks, timers, calls, links, monitors and goroutines, under faults of every kind.
type town struct {
	s     *sim.Sim
	tasks *task.Supervisor
	lamp  func() actors.Ref[lampMessage]
}

// book owns the tables.
type book struct {
	town   *town
	counts *table.Set[string, int]
	log    *table.Ordered[int, string]
	bag    *table.Bag[string, string]
	n      int
}

// Init makes the tables.
func (b *book) Init(c *actors.Context[op]) (err error) {
	less := func(x, y int) bool { return x < y }
	if b.counts, err = table.NewSet[string, int](c, "counts", table.Options{Access: table.Public}); err != nil {
		return err
	}
	if b.log, err = table.NewOrdered[int, string](c, "log", less, table.Options{}); err != nil {
		return err
	}
	b.bag, err = table.NewBag[string, string](c, "bag", table.Options{})
	return err
}

// Receive writes a line.
func (b *book) Receive(_ *actors.Context[op], m op) error {
	b.n++
	if err := errors.Join(b.log.Put(-b.n, fmt.Sprint(m.set)), b.bag.Put(fmt.Sprint("k", m.set%5), fmt.Sprint(b.n))); err != nil {
		return err
	}
	m.reply.Send(b.n)
	return nil
}

// citizen does what it is told, and something each second.
type citizen struct {
	town  *town
	names *registry.Registry[string, int]
}

// Init makes the citizen known.
func (b *citizen) Init(c *actors.Context[do]) (err error) {
	if b.names, err = registry.Open[string, int](c, "names"); err != nil {
		return err
	}
	if err := b.names.Register(c, c.PID().Path(), int(c.PID().Incarnation())); err != nil {
		return err
	}
	c.Every(time.Second, b.second)
	return group.In(c, "").Join(c, "citizens")
}

// Receive does it.
func (b *citizen) Receive(c *actors.Context[do], m do) error { return m(c) }

// second is one of the things that a citizen does.
func (b *citizen) second(c *actors.Context[do]) error {
	deeds := []do{b.count, b.read, b.write, b.wander, b.ask, b.lock, b.watch, b.crowd, b.press, b.fall}
	return deeds[c.Rand().IntN(len(deeds))](c)
}

func (b *citizen) count(c *actors.Context[do]) error {
	counts, err := table.PublicSet[string, int](c, "counts")
	if err != nil {
		return err
	}
	for i := range 5 {
		if _, err := table.UpdateCounter(counts, fmt.Sprint("key", c.Rand().IntN(20)), i, table.Counter[int]{}); err != nil {
			return err
		}
	}
	return nil
}

func (b *citizen) read(c *actors.Context[do]) error {
	counts, err := table.OpenSet[string, int](c, "counts")
	if err != nil {
		return err
	}
	all, err := counts.All()
	if err != nil {
		return err
	}
	sum, line := 0, ""
	for k, n := range all {
		sum += n
		line += k + " "
	}
	b.town.s.Note("%d in %s", sum, line)
	return nil
}

func (b *citizen) write(c *actors.Context[do]) error {
	to, err := actors.RefOf[op](c.System().WhereIs("book"))
	if err != nil {
		return err
	}
	n, err := actors.Call(c, to, func(r actors.Reply[int]) op { return op{reply: r, set: c.Rand().IntN(100)} })
	b.town.s.Note("line %d: %v", n, err)
	return err
}

func (b *citizen) wander(c *actors.Context[do]) error {
	d := time.Duration(c.Rand().IntN(3000)) * time.Millisecond
	c.Go(func(ctx context.Context) do {
		err := c.System().Sleep(ctx, d)
		return func(*actors.Context[do]) error { return err }
	})
	return nil
}

func (b *citizen) ask(c *actors.Context[do]) error {
	n := c.Rand().IntN(4)
	work, err := task.AsyncNoLink(c, b.town.tasks, func(ctx *task.Context) (int, error) {
		return n * n, ctx.System().Sleep(ctx, time.Duration(n)*time.Second)
	})
	if err != nil {
		return err
	}
	v, err := task.Await(c, work)
	b.town.s.Note("%d squared is %d: %v", n, v, err)
	return nil
}

func (b *citizen) lock(c *actors.Context[do]) error {
	return b.names.Lock(c, c, "square", func() error { return c.System().Sleep(c, 300*time.Millisecond) })
}

func (b *citizen) watch(c *actors.Context[do]) error {
	for who := range group.In(c, "").All("citizens") {
		c.Monitor(who, func(d actors.Down) do {
			return func(*actors.Context[do]) error { b.town.s.Note("%s: %s", d.PID, d.Reason); return nil }
		})
	}
	return nil
}

func (b *citizen) crowd(c *actors.Context[do]) error {
	all, err := group.Members[do](group.In(c, ""), "citizens")
	for _, other := range all {
		if other.PID() != c.PID() {
			other.From(c).Tell(b.wander2)
		}
	}
	return err
}

func (b *citizen) wander2(c *actors.Context[do]) error {
	actors.SendAfter(c, c.Self(), time.Duration(c.Rand().IntN(3))*time.Second, do(b.count))
	return nil
}

func (b *citizen) press(c *actors.Context[do]) error {
	v, err := actors.Call(c, b.town.lamp(), func(r actors.Reply[string]) lampMessage { return lampMessage{r} })
	b.town.s.Note("the lamp is %s: %v", v, err)
	return nil
}

func (b *citizen) fall(c *actors.Context[do]) error {
	if c.Rand().IntN(3) == 0 {
		panic("fell")
	}
	return nil
}

// lampMessage presses the lamp's button; without a reply it is time to go out.
type lampMessage struct{ reply actors.Reply[string] }

type lampTurn = statem.Turn[string, int, lampMessage]

// lamp is on for some seconds after each press.
var lamp = &statem.Machine[string, int, lampMessage]{
	Init: func(t *lampTurn) statem.Result[string, lampMessage] { return t.Next("off") },
	States: map[string]statem.State[string, int, lampMessage]{
		"off": {Handle: func(t *lampTurn, ev statem.Event[lampMessage]) statem.Result[string, lampMessage] {
			*t.Data++
			return t.Next("on").Reply(statem.To(ev.Message.reply, "off")).After(statem.StateTimeout, 5*time.Second, lampMessage{})
		}},
		"on": {Handle: func(t *lampTurn, ev statem.Event[lampMessage]) statem.Result[string, lampMessage] {
			if !ev.Message.reply.Open() {
				return t.Next("off")
			}
			if *t.Data++; *t.Data%3 == 0 {
				return t.Keep().Postpone()
			}
			return t.Keep().Reply(statem.To(ev.Message.reply, "on"))
		}},
	},
}

// build starts a town of four citizens.
func build(s *sim.Sim) (*town, *supervision.Supervisor) {
	t := &town{s: s}
	var err error
	t.tasks, err = task.Start(s.System(), "tasks", task.Spec{MaxChildren: 3})
	require.NoError(s, err)
	spec := supervision.Spec{
		Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			{ID: "book", Start: func(in actors.Spawner, _ any) (actors.PID, error) {
				ref, err := actors.SpawnLink(in, "book", func() actors.Behavior[op] { return &book{town: t} })
				return ref.PID(), err
			}},
			supervision.Worker("names", registry.Owner[string, int](registry.Spec{Name: "names", Keys: registry.Unique, Partitions: 3})),
			supervision.Worker("lamp", lamp.Behavior),
		},
	}
	people := supervision.Spec{Intensity: spec.Intensity}
	for i := range 4 {
		people.Children = append(people.Children, supervision.Worker(fmt.Sprint("c", i), func() actors.Behavior[do] { return &citizen{town: t} }))
	}
	spec.Children = append(spec.Children, supervision.Sub("citizens", people))
	sup, err := supervision.Start(s.System(), "app", spec)
	require.NoError(s, err)
	t.lamp = func() actors.Ref[lampMessage] { return supervision.ChildRef[lampMessage](sup, "lamp") }
	return t, sup
}

// life is some time in a town, with a plan of faults that is part of the seed, and the calm after it.
func life(s *sim.Sim) {
	t, _ := build(s)
	watcher := spawn(s, "watcher")
	watcher.Tell(func(c *actors.Context[do]) error {
		_, _, err := group.WatchGroup(c, group.In(c, ""), "citizens", func(e group.Event) do {
			return func(*actors.Context[do]) error { s.Note("%v %v", e.Change, e.Members); return nil }
		})
		return err
	})
	space := sim.Space{
		Kinds: []sim.FaultKind{
			sim.Crash, sim.CrashAfter, sim.Kill, sim.Hang, sim.Jump, sim.FailStart, sim.HangStart, sim.Drop, sim.Duplicate, sim.Delay, sim.Reorder,
		},
		Processes: []string{"/app/book", "/app/names", "/app/lamp", "/app/citizens/*", "/app/*", "/tasks/*"}, MaxFor: 3 * time.Second,
	}
	s.Fault(space.Draw(s.Rand("plan"), 4)...)
	if s.Rand("wall").IntN(4) == 0 {
		s.Partition("/app/citizens/c0", "/app/...")
	}
	s.Advance(4 * time.Second)
	s.Calm()
	s.Advance(30 * time.Second)
	require.Len(s, group.In(s.System(), "").Members("citizens"), 4)
	names, err := registry.Open[string, int](s.System(), "names")
	require.NoError(s, err)
	entries, err := names.Select(nil)
	require.NoError(s, err)
	list := slices.Collect(entries)
	require.Len(s, list, 4)
	s.Note("%v", list)
	log, err := table.OpenOrdered[int, string](s.System(), "log")
	require.NoError(s, err)
	lines, err := log.All()
	require.NoError(s, err)
	for k, v := range lines {
		s.Note("%d %s", k, v)
	}
	counts, err := t.tasks.Count(s.Context())
	require.NoError(s, err)
	s.Note("%+v", counts)
}
