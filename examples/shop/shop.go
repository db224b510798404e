// SPDX-License-Identifier: Apache-2.0

package shop

import (
	"time"

	"mabeam.dev/actors"
)

// Message is what a shop takes.
type Message interface{ shop() }

// Buy is a purchase.
type Buy struct{ What string }

// closing says that it is time for a receipt.
type closing struct{}

func (Buy) shop()     {}
func (closing) shop() {}

// Receipt is what the bank hears.
type Receipt struct{ Items []string }

// Shop collects purchases and tells its bank of them once a minute.
type Shop struct {
	Bank  actors.Ref[Receipt]
	items []string
}

// Receive takes a purchase, or closes a receipt.
func (s *Shop) Receive(ctx *actors.Context[Message], m Message) error {
	switch m := m.(type) {
	case Buy:
		if s.items == nil {
			ctx.After(time.Minute, closing{})
		}
		s.items = append(s.items, m.What)
	case closing:
		s.Bank.From(ctx).Tell(Receipt{s.items})
		s.items = nil
	}
	return nil
}
