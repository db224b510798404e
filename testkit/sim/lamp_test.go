// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/statem"
)

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
