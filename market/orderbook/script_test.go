// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

// The scripts show the rules one by one. A line of input is a command:
//
//	buy|sell OWNER QUANTITY [at PRICE] [KIND] [funds N] [stop N] [oldest|both]
//	cancel OWNER ID; amend OWNER ID PRICE QUANTITY; halt; call; uncross [REFERENCE]; book
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		b := open(t, nil)
		now := int64(0)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				now++
				events, err := command(t, b, now, strings.Fields(line), &out)
				if err != nil {
					fmt.Fprintln(&out, "refused:", err)
				}
				for _, e := range events {
					show(&out, e)
				}
			}
			return out.String()
		})
	})
}

func show(out *strings.Builder, e Event) {
	why := ""
	if e.Why != NoReason {
		why = ", " + e.Why.String()
	}
	switch e.Act {
	case Traded:
		fmt.Fprintf(out, "trade %d: %d at %d, order %d with %d\n", e.Trade, e.Quantity, int64(e.Price), e.Order, e.Resting)
	case Halted, Called, Reopened:
		fmt.Fprintf(out, "book %v: %d at %d%s\n", e.Act, e.Quantity, int64(e.Price), why)
	default:
		fmt.Fprintf(out, "order %d %v: %v %d at %d%s\n", e.Order, e.Act, e.Side, e.Quantity, int64(e.Price), why)
	}
}

func command(t *testing.T, b *Book, now int64, words []string, out *strings.Builder) ([]Event, error) {
	number := func(i int) int64 {
		var n int64
		_, err := fmt.Sscan(words[i], &n)
		require.NoError(t, err, "word %d of %q", i, words)
		return n
	}
	switch words[0] {
	case "cancel":
		return b.Cancel(now, Owner(number(1)), ID(number(2)))
	case "amend":
		return b.Amend(now, Owner(number(1)), ID(number(2)), money.Amount(number(3)), number(4))
	case "halt":
		return b.Halt(now)
	case "call":
		return b.Call(now)
	case "uncross":
		reference := int64(0)
		if len(words) > 1 {
			reference = number(1)
		}
		return b.Uncross(now, money.Amount(reference))
	case "book":
		for _, s := range []Side{Sell, Buy} {
			for _, o := range b.Queue(s, nil) {
				fmt.Fprintf(out, "%v %d at %d of %d\n", s, o.Quantity, int64(o.Price), o.Owner)
			}
		}
		return nil, nil
	}
	o := Order{Owner: Owner(number(1)), Quantity: number(2)}
	if words[0] == "sell" {
		o.Side = Sell
	} else {
		require.Equal(t, "buy", words[0])
	}
	for i := 3; i < len(words); i++ {
		switch words[i] {
		case "at":
			i++
			o.Price = money.Amount(number(i))
		case "funds":
			i++
			o.Funds = money.Amount(number(i))
		case "stop":
			i++
			o.Stop = money.Amount(number(i))
		case "oldest":
			o.SelfTrade = CancelOldest
		case "both":
			o.SelfTrade = CancelBoth
		default:
			for k := Limit; k <= PostOnly; k++ {
				if words[i] == k.String() {
					o.Kind = k
				}
			}
			require.NotEqual(t, Limit, o.Kind, "unknown word %q", words[i])
		}
	}
	_, events, err := b.Place(now, o)
	return events, err
}
