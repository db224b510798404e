// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mabeam.dev/internal/admin"
)

// marketBook shows the depth and the tape of a book of a running node.
func (c *command) marketBook() *cobra.Command {
	f := &watchFlags{}
	var watch bool
	var every time.Duration
	var levels, last int
	cmd := f.add(&cobra.Command{
		Use: "book NAME", Short: "Show the depth and the tape of a book of orders",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s needs the name of one book", cmd.CommandPath())
			}
			return nil
		},
		Long: `book shows what rests in a book of orders of a running node, its prices and its last
trades. With --watch it goes on: on a terminal the picture is drawn anew, elsewhere
there is one line for each trade and for each change of the best prices. With
-o json each picture is one line of JSON.

  runtime market book gpu-hours
  runtime market book gpu-hours --watch
  runtime market book gpu-hours --watch -o json | jq .book.last`,
	})
	flags := cmd.Flags()
	flags.BoolVarP(&watch, "watch", "w", false, "go on until interrupted")
	flags.DurationVar(&every, "every", 500*time.Millisecond, "time between two pictures of --watch")
	flags.IntVar(&levels, "levels", 10, "prices of each side")
	flags.IntVar(&last, "trades", 10, "trades, the latest")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if levels < 0 || last < 0 || every < 10*time.Millisecond {
			return usage("want --levels and --trades of 0 or more, and --every of 10ms or more")
		}
		ctx, stop := c.interruptible(cmd.Context())
		defer stop()
		return c.ask(f, func(client *admin.Client) error {
			b := &bookWatch{c: c, form: f.form}
			b.query = url.Values{"levels": {strconv.Itoa(levels)}, "limit": {strconv.Itoa(last)}}
			for {
				a, err := client.Book(ctx, args[0], b.query)
				if err != nil {
					if watch && ctx.Err() != nil {
						return nil // interrupted
					}
					return err
				}
				if !watch {
					return b.once(a)
				}
				if err := b.show(a); err != nil {
					return err
				}
				if !b.seen && !b.drawn() {
					fmt.Fprintf(c.Stderr, "watching %s; an interrupt ends it\n", a.Book.Book)
				}
				b.seen = true
				timer := time.NewTimer(every)
				select {
				case <-ctx.Done():
					timer.Stop()
					return nil
				case <-timer.C:
				}
			}
		})
	}
	return cmd
}

// bookWatch shows one picture after the other.
type bookWatch struct {
	c     *command
	form  string
	query url.Values
	seen  bool
	best  string // that was shown last
	after uint64 // trade that was shown last
}

// once shows one picture.
func (b *bookWatch) once(a admin.BookAnswer) error {
	if b.form == "json" {
		return b.c.json(a)
	}
	fmt.Fprint(b.c.Stdout, bookPicture(a.Book))
	return nil
}

// show is one of many pictures.
func (b *bookWatch) show(a admin.BookAnswer) error {
	switch {
	case b.form == "json":
		if err := json.NewEncoder(b.c.Stdout).Encode(a); err != nil {
			return err
		}
	case b.drawn():
		fmt.Fprint(b.c.Stdout, "\x1b[H\x1b[2J"+bookPicture(a.Book)) // from the first corner of an empty screen
	default:
		b.lines(a.Book)
	}
	return nil
}

// drawn reports whether pictures replace each other.
func (b *bookWatch) drawn() bool {
	f, file := b.c.Stdout.(*os.File)
	return b.form != "json" && file && term.IsTerminal(int(f.Fd()))
}

// lines tells what is new since the last picture.
func (b *bookWatch) lines(v admin.BookView) {
	if v.Missed && b.seen {
		fmt.Fprintln(b.c.Stdout, "more trades than are shown")
	}
	for _, t := range v.Tape {
		if uint64(t.ID) > b.after {
			fmt.Fprintf(b.c.Stdout, "%s trade %d: %s bought %d at %s from %s\n", t.At, t.ID, t.Buyer, t.Quantity, t.Price, t.Seller)
		}
	}
	b.after = v.Trades
	b.query.Set("after", strconv.FormatUint(b.after, 10))
	best := fmt.Sprintf("%s buy %s, sell %s, last %s", v.Phase, bookBest(v.Buy), bookBest(v.Sell), orDash(v.Last))
	if best != b.best {
		fmt.Fprintln(b.c.Stdout, best)
		b.best = best
	}
}

func bookBest(side []admin.BookLevel) string {
	if len(side) == 0 {
		return "-"
	}
	return fmt.Sprintf("%d at %s", side[0].Quantity, side[0].Price)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// bookPicture is a book as text: what is for sale above what is wanted, and the tape below.
func bookPicture(v admin.BookView) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s  %s in %s  %s  last %s  mid %s  trades %d\n", v.Book, v.Base, v.Quote, v.Phase, orDash(v.Last), orDash(v.Mid), v.Trades)
	if p := v.Price; p != nil {
		fmt.Fprintf(&out, "index %s of %d pairs  vwap %s  twap %s", p.Index, p.Pairs, p.VWAP, p.TWAP)
		if p.Low != "" {
			fmt.Fprintf(&out, "  95%% within %s to %s", p.Low, p.High)
		}
		if p.Stale {
			fmt.Fprintf(&out, "  stale since %s", p.AsOf)
		}
		fmt.Fprintln(&out)
	}
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\nside\tprice\tquantity\torders\t")
	sell := slices.Clone(v.Sell)
	slices.Reverse(sell)
	for _, l := range sell {
		fmt.Fprintf(table, "sell\t%s\t%d\t%d\t\n", l.Price, l.Quantity, l.Orders)
	}
	for _, l := range v.Buy {
		fmt.Fprintf(table, "buy\t%s\t%d\t%d\t\n", l.Price, l.Quantity, l.Orders)
	}
	_ = table.Flush() // into a builder
	if len(v.Tape) > 0 {
		fmt.Fprintln(&out)
	}
	for _, t := range slices.Backward(v.Tape) {
		fmt.Fprintf(&out, "%s  %d at %s  %s from %s\n", t.At, t.Quantity, t.Price, t.Buyer, t.Seller)
	}
	return out.String()
}
