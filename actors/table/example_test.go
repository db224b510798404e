// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// till is a process that owns a table of prices; it takes one price at a time.
type till struct {
	prices *table.Set[string, int]
}

type price struct {
	of    string
	cents int
	done  actors.Reply[error]
}

func (t *till) Init(ctx *actors.Context[price]) (err error) {
	t.prices, err = table.NewSet[string, int](ctx, "prices", table.Options{})
	return err
}

func (t *till) Receive(_ *actors.Context[price], m price) error {
	m.done.Send(t.prices.Put(m.of, m.cents))
	return nil
}

// One process writes, everybody reads, and no message is sent to read.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	owner := actors.MustSpawn(sys, "till", func() actors.Behavior[price] { return &till{} })
	refused, err := actors.Call(ctx, owner, func(r actors.Reply[error]) price { return price{"apple", 30, r} })
	fmt.Println(refused, err)

	prices, err := table.OpenSet[string, int](sys, "prices")
	if err != nil {
		fmt.Println(err)
	}
	cents, found, err := prices.Lookup("apple")
	fmt.Println(cents, found, err)

	owner.PID().Kill()
	_, _, err = prices.Lookup("apple")
	fmt.Println(err)
	// Output:
	// <nil> <nil>
	// 30 true <nil>
	// table: look up in "prices": no such table
}

// inTurn runs f in a process of its own and waits for it.
func inTurn(f func(ctx *actors.Context[struct{}]) error) {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	_, err := actors.Spawn(sys, "example", func() actors.Behavior[struct{}] { return &once{f} })
	if err != nil {
		fmt.Println(err)
	}
}

type once struct {
	f func(ctx *actors.Context[struct{}]) error
}

func (o *once) Init(ctx *actors.Context[struct{}]) error { return o.f(ctx) }

func (o *once) Receive(*actors.Context[struct{}], struct{}) error { return nil }

func ExampleOrdered() {
	inTurn(func(ctx *actors.Context[struct{}]) error {
		queue, err := table.NewOrdered[int, string](ctx, "due", cmp.Less[int], table.Options{})
		if err != nil {
			return err
		}
		for at, what := range map[int]string{30: "write", 10: "read", 20: "think"} {
			if err := queue.Put(at, what); err != nil {
				return err
			}
		}
		due, err := queue.Range(0, 25)
		if err != nil {
			return err
		}
		for at, what := range due {
			fmt.Println(at, what)
			if err := queue.Delete(at); err != nil { // the loop sees the table as it was
				return err
			}
		}
		at, what, found, err := queue.First()
		fmt.Println(at, what, found, err)
		return err
	})
	// Output:
	// 10 read
	// 20 think
	// 30 write true <nil>
}

func ExampleBag() {
	inTurn(func(ctx *actors.Context[struct{}]) error {
		skills, err := table.NewBag[string, string](ctx, "skills", table.Options{})
		if err != nil {
			return err
		}
		for _, who := range []string{"ann", "bob", "ann"} {
			if err := skills.Put("summarise", who); err != nil {
				return err
			}
		}
		who, err := skills.Lookup("summarise")
		fmt.Println(who, err)
		return err
	})
	// Output: [ann bob] <nil>
}

// A counter that starts at 0 goes from 0 to 2 and begins anew.
func ExampleUpdateCounter() {
	inTurn(func(ctx *actors.Context[struct{}]) error {
		turns, err := table.NewSet[string, int](ctx, "turns", table.Options{Access: table.Public})
		if err != nil {
			return err
		}
		for range 5 {
			n, err := table.UpdateCounter(turns, "robin", 1, table.Counter[int]{Max: 2, Wrap: true})
			if err != nil {
				return err
			}
			fmt.Print(n, " ")
		}
		fmt.Println()
		return nil
	})
	// Output: 1 2 0 1 2
}

// The heir gets the table when its owner ends, and hears of it in a message of its own.
func ExampleReceive() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	type inherited = table.Transfer[*table.Set[string, int]]
	heard := make(chan inherited, 1)
	heir := make(chan table.Receiver[*table.Set[string, int]], 1)
	actors.MustSpawn(sys, "heir", func() actors.Behavior[inherited] { return &keeper{heir, heard} })
	next := <-heir

	worker := actors.MustSpawn(sys, "worker", func() actors.Behavior[struct{}] {
		return &once{func(ctx *actors.Context[struct{}]) error {
			scores, err := table.NewSet[string, int](ctx, "scores", table.Options{})
			if err != nil {
				return err
			}
			if err := scores.SetHeir(next, "the scores"); err != nil {
				return err
			}
			return scores.Put("ann", 7)
		}}
	})
	worker.PID().Kill()
	got := <-heard
	n, found, err := got.Table.Lookup("ann")
	fmt.Println(got.Data, "of", got.From.Name(), n, found, err)
	// Output: the scores of worker 7 true <nil>
}

// keeper shows what it inherits.
type keeper struct {
	heir  chan<- table.Receiver[*table.Set[string, int]]
	heard chan<- table.Transfer[*table.Set[string, int]]
}

func (k *keeper) Init(ctx *actors.Context[table.Transfer[*table.Set[string, int]]]) error {
	r, err := table.Receive(ctx, func(t table.Transfer[*table.Set[string, int]]) table.Transfer[*table.Set[string, int]] { return t })
	if err != nil {
		return err
	}
	k.heir <- r
	return nil
}

func (k *keeper) Receive(_ *actors.Context[table.Transfer[*table.Set[string, int]]], t table.Transfer[*table.Set[string, int]]) error {
	k.heard <- t
	return nil
}
