// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// The scripts are transactions and what became of them. A transaction is its key and, line by line, its parts:
//
//	open ACCOUNT
//	post ACCOUNT AMOUNT ASSET
//	hold ID OWNER REF AMOUNT ASSET
//	close ID [ACCOUNT AMOUNT ASSET]...
//	fence REF EPOCH
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		b := ledger.New()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "apply":
				r, err := b.Apply(read(t, d))
				return told(b, r, err)
			case "balances":
				return balances(b)
			case "reconcile":
				var out strings.Builder
				for _, h := range b.Reconcile(d.CmdArgs[0].Key) {
					fmt.Fprintf(&out, "%s: %s holds %v %s\n", h.ID, h.Owner, h.Amount, h.Asset)
				}
				return cmp.Or(out.String(), "nothing is held\n")
			case "check":
				if err := b.Check(); err != nil {
					return err.Error() + "\n"
				}
				return "balanced\n"
			}
			t.Fatalf("unknown command %q", d.Cmd)
			return ""
		})
	})
}

func read(t *testing.T, d *datadriven.TestData) ledger.Transaction {
	x := ledger.Transaction{Key: d.CmdArgs[0].Key}
	for line := range strings.Lines(d.Input) {
		w := strings.Fields(line)
		switch w[0] {
		case "open":
			x.Accounts = append(x.Accounts, ledger.Account(w[1]))
		case "post":
			x.Postings = append(x.Postings, posting(t, w[1:]))
		case "hold":
			a := posting(t, []string{w[3], w[4], w[5]})
			x.Hold = append(x.Hold, ledger.Hold{ID: w[1], Owner: w[2], Ref: w[3], Asset: a.Asset, Amount: a.Amount})
		case "close":
			c := ledger.Close{ID: w[1]}
			for rest := w[2:]; len(rest) >= 3; rest = rest[3:] {
				c.Pay = append(c.Pay, posting(t, rest[:3]))
			}
			x.Close = append(x.Close, c)
		case "fence":
			epoch, err := strconv.ParseUint(w[2], 10, 64)
			require.NoError(t, err)
			x.Fences = append(x.Fences, ledger.Fence{Ref: w[1], Epoch: epoch})
		default:
			t.Fatalf("unknown part %q", w[0])
		}
	}
	return x
}

// posting reads account, amount and asset.
func posting(t *testing.T, w []string) ledger.Posting {
	a, err := money.Parse(w[1])
	require.NoError(t, err)
	return ledger.Posting{Account: ledger.Account(w[0]), Asset: money.Asset(w[2]), Amount: a}
}

func told(b *ledger.Book, r ledger.Receipt, err error) string {
	switch {
	case err != nil:
		return "refused: " + err.Error() + "\n"
	case r.Already:
		return fmt.Sprintf("already %d\n", r.Seq)
	}
	out := fmt.Sprintf("transaction %d of %d\n", r.Seq, b.Seq())
	for _, o := range r.Postings {
		out += fmt.Sprintf("  %s %v %s\n", o.Account, o.Amount, o.Asset)
	}
	return out
}

func balances(b *ledger.Book) string {
	var lines []string
	for s, v := range b.Balances() {
		lines = append(lines, fmt.Sprintf("%s %v %s\n", s.Account, v, s.Asset))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
