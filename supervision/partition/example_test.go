// SPDX-License-Identifier: Apache-2.0

package partition_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/partition"
)

// counter counts the words of its part of the keys.
type counter struct {
	partition int
	seen      map[string]int
}

type add struct {
	word  string
	reply actors.Reply[string]
}

func newCounter(n int) actors.Behavior[add] { return &counter{partition: n, seen: map[string]int{}} }

func (c *counter) Receive(_ *actors.Context[add], m add) error {
	c.seen[m.word]++
	m.reply.Send(fmt.Sprintf("%s: %d in partition %d", m.word, c.seen[m.word], c.partition))
	return nil
}

// Each word is counted by one process, and the words are spread over three.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()

	counters, err := partition.Start(sys, "counters", partition.Spec{Partitions: 3, Child: partition.Worker(newCounter)})
	if err != nil {
		panic(err)
	}
	for _, word := range []string{"ada", "grace", "ada", "barbara"} {
		ref := partition.Ref[add](counters, partition.Text(word))
		text, err := actors.Call(ctx, ref, func(r actors.Reply[string]) add { return add{word, r} })
		fmt.Println(text, err)
	}
	// Output:
	// ada: 1 in partition 1 <nil>
	// grace: 1 in partition 0 <nil>
	// ada: 2 in partition 1 <nil>
	// barbara: 1 in partition 2 <nil>
}
