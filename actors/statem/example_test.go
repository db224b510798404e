// SPDX-License-Identifier: Apache-2.0

package statem_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/statem"
)

// A lock opens when its code is pressed, and closes by itself ten minutes later. Somebody who wants to pass while it is closed waits.

type lockState string

type lockMessage interface{ lock() }

type (
	press struct{ digit int }
	pass  struct{ reply actors.Reply[string] }
	shut  struct{}
)

func (press) lock() {}
func (pass) lock()  {}
func (shut) lock()  {}

type lockTurn = statem.Turn[lockState, []int, lockMessage]

var lock = &statem.Machine[lockState, []int, lockMessage]{
	Init: func(t *lockTurn) statem.Result[lockState, lockMessage] { return t.Next("closed") },
	States: map[lockState]statem.State[lockState, []int, lockMessage]{
		"closed": {
			Enter: func(t *lockTurn, old lockState) statem.Result[lockState, lockMessage] {
				fmt.Println("closed, was", old)
				*t.Data = nil
				return t.Keep()
			},
			Handle: func(t *lockTurn, ev statem.Event[lockMessage]) statem.Result[lockState, lockMessage] {
				switch m := ev.Message.(type) {
				case press:
					*t.Data = append(*t.Data, m.digit)
					if slices.Equal(*t.Data, []int{4, 2}) {
						return t.Next("open").After(statem.StateTimeout, 10*time.Minute, shut{})
					}
				case pass:
					return t.Keep().Postpone()
				}
				return t.Keep()
			},
		},
		"open": {
			Handle: func(t *lockTurn, ev statem.Event[lockMessage]) statem.Result[lockState, lockMessage] {
				switch m := ev.Message.(type) {
				case pass:
					return t.Keep().Reply(statem.To(m.reply, "come in"))
				case shut:
					return t.Next("closed")
				case press:
				}
				return t.Keep()
			},
		},
	},
	Terminate: func(t *lockTurn, why actors.Reason) error {
		fmt.Println("ended", t.State, why)
		return nil
	},
}

func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	ref, err := actors.Spawn(sys, "lock", lock.Behavior)
	if err != nil {
		panic(err)
	}
	ref.Tell(press{4})
	actors.SendAfter[lockMessage](sys, ref, 10*time.Millisecond, press{2})
	fmt.Println(actors.Call(ctx, ref, func(r actors.Reply[string]) lockMessage { return pass{r} }))
	_ = sys.Close(ctx)
	// Output:
	// closed, was closed
	// come in <nil>
	// ended open shutdown
}
