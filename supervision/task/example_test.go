// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/task"
)

// Three pieces of work at the same time, one of which fails.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()
	tasks, err := task.Start(sys, "tasks", task.Spec{})
	if err != nil {
		panic(err)
	}

	shout := func(word string) func(*task.Context) (string, error) {
		return func(*task.Context) (string, error) {
			if word == "" {
				return "", errors.New("nothing to shout")
			}
			return strings.ToUpper(word), nil
		}
	}
	var started []*task.Task[string]
	for _, word := range []string{"hello", "", "world"} {
		t, err := task.AsyncNoLink(ctx, tasks, shout(word))
		if err != nil {
			panic(err)
		}
		started = append(started, t)
	}
	for _, t := range started {
		text, err := task.Await(ctx, t)
		var ended *task.ExitError
		if errors.As(err, &ended) {
			fmt.Println("failed:", ended.Reason.CrashError().Cause)
			continue
		}
		fmt.Println(text)
	}
	// Output:
	// HELLO
	// failed: nothing to shout
	// WORLD
}

// Results come in the order of the input, two tasks at a time.
func ExampleStream() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()
	tasks, err := task.Start(sys, "tasks", task.Spec{MaxChildren: 2})
	if err != nil {
		panic(err)
	}
	square := func(_ *task.Context, n int) (int, error) {
		if n == 3 {
			return 0, errors.New("three is too odd")
		}
		return n * n, nil
	}
	for n, err := range task.Stream(ctx, tasks, slices.Values([]int{1, 2, 3, 4}), 2, square) {
		var item *task.ItemError[int]
		if errors.As(err, &item) {
			fmt.Printf("item %d, which is %d, has no result\n", item.Index, item.Input)
			continue
		}
		fmt.Println(n)
	}
	// Output:
	// 1
	// 4
	// item 2, which is 3, has no result
	// 16
}

// An actor that keeps taking messages while a task works for it.
func ExampleThen() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()
	tasks, err := task.Start(sys, "tasks", task.Spec{})
	if err != nil {
		panic(err)
	}

	type message struct {
		ask    actors.Reply[int] // the question, if it is open
		sum    int               // the outcome of the task
		asking bool
	}
	adder := actors.MustSpawn(sys, "adder", actors.Stateless(func(c *actors.Context[message], m message) error {
		if !m.asking {
			m.ask.Send(m.sum)
			return nil
		}
		t, err := task.Async(c, tasks, func(*task.Context) (int, error) { return 20 + 22, nil })
		if err != nil {
			return err
		}
		return task.Then(c, t, func(sum int, _ error) message { return message{ask: m.ask, sum: sum} })
	}))
	sum, err := actors.Call(ctx, adder, func(r actors.Reply[int]) message { return message{ask: r, asking: true} })
	fmt.Println(sum, err)
	// Output: 42 <nil>
}
