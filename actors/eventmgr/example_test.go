// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
)

// alarm is an event that handlers hear of.
type alarm struct{ text string }

// counter is a handler that counts alarms; it cannot count far.
type counter struct{ n int }

func (c *counter) Handle(_ *eventmgr.Turn[alarm], _ alarm) error {
	if c.n++; c.n > 2 {
		return errors.New("too many")
	}
	return nil
}

func (c *counter) Count(*eventmgr.Turn[alarm]) (int, error) { return c.n, nil }

// Handlers come and go; one that crashes goes alone.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)

	mgr, err := eventmgr.Spawn[alarm](sys, "alarms")
	if err != nil {
		panic(err)
	}
	fmt.Println(mgr.Add(ctx, "count", &counter{}))
	fmt.Println(mgr.Add(ctx, "print", eventmgr.Func[alarm](func(_ *eventmgr.Turn[alarm], a alarm) error {
		fmt.Println("alarm:", a.text)
		return nil
	})))
	mgr.Notify(alarm{"disk full"})
	mgr.Notify(alarm{"door open"})
	fmt.Println(eventmgr.Call(ctx, mgr, "count", (*counter).Count))
	fmt.Println(mgr.SyncNotify(ctx, alarm{"one too many"}))
	fmt.Println(mgr.Handlers(ctx))
	// Output:
	// <nil>
	// <nil>
	// alarm: disk full
	// alarm: door open
	// 2 <nil>
	// alarm: one too many
	// <nil>
	// [print] <nil>
}
