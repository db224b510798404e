// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
	"mabeam.dev/actors/registry"
	"mabeam.dev/actors/table"
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
