// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
)

// job is the message of the example's workers.
type job struct {
	page  int
	reply actors.Reply[string]
}

// worker joins its group when it starts.
type worker struct{ name string }

func (w *worker) Init(c *actors.Context[job]) error {
	return group.In(c, "").Join(c, "renderers")
}

func (w *worker) Receive(_ *actors.Context[job], m job) error {
	m.reply.Send(fmt.Sprintf("%s rendered page %d", w.name, m.page))
	return nil
}

// Workers are found by what they do, not by name.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	for _, name := range []string{"ann", "bob"} {
		actors.MustSpawn(sys, name, func() actors.Behavior[job] { return &worker{name} })
	}

	refs, err := group.Members[job](group.In(sys, ""), "renderers")
	fmt.Println(len(refs), err)
	for i, r := range refs {
		said, _ := actors.Call(ctx, r, func(reply actors.Reply[string]) job { return job{i + 1, reply} })
		fmt.Println(said)
	}

	sys.WhereIs("ann").Kill()
	fmt.Println(len(group.In(sys, "").Members("renderers")))
	// Output:
	// 2 <nil>
	// ann rendered page 1
	// bob rendered page 2
	// 1
}

// note is a line for the board to print, or a question whether it has.
type note struct {
	text string
	done actors.Reply[bool]
}

// board prints what happens to a group.
type board struct{}

func (board) Init(c *actors.Context[note]) error {
	present, _, err := group.WatchGroup(c, group.In(c, ""), "renderers", func(e group.Event) note {
		return note{text: fmt.Sprintf("%s %s %s", e.Members[0].Name(), e.Change, e.Group)}
	})
	fmt.Println("present:", len(present))
	return err
}

func (board) Receive(_ *actors.Context[note], n note) error {
	if n.text != "" {
		fmt.Println(n.text)
	}
	n.done.Send(true)
	return nil
}

// A watch begins with who is there; changes follow as messages of the watcher's own type.
func ExampleWatchGroup() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	b := actors.MustSpawn(sys, "board", func() actors.Behavior[note] { return board{} })

	actors.MustSpawn(sys, "ann", func() actors.Behavior[job] { return &worker{"ann"} })
	sys.WhereIs("ann").Kill()
	_, _ = actors.Call(ctx, b, func(r actors.Reply[bool]) note { return note{done: r} })
	// Output:
	// present: 0
	// ann joined renderers
	// ann left renderers
}
