// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
)

// epoch is when scripts begin; their times are seconds from it.
var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// stage is an auction with what its bidders have set aside for it.
type stage struct {
	m     *auction.Machine
	holds []auction.Hold
	held  map[string]money.Amount
}

func newStage(spec auction.Spec) (*stage, error) {
	m, err := auction.New(spec)
	if err != nil {
		return nil, err
	}
	s := &stage{m: m, held: map[string]money.Amount{}}
	needs, err := m.OwnerNeeds()
	if err != nil {
		return nil, err
	}
	for i, n := range needs {
		s.holds = append(s.holds, auction.Hold{ID: fmt.Sprintf("owner/%d", i), Owner: spec.Owner, Asset: n.Asset, Amount: n.Amount})
	}
	return s, nil
}

// step holds what an input needs, and then lets it happen.
func (s *stage) step(in auction.Input) (auction.Result, error) {
	need, err := s.m.Need(in)
	if err != nil {
		return auction.Result{}, err
	}
	r, err := s.m.Step(in)
	if err != nil {
		return r, err
	}
	if bidder := bidderOf(in); bidder != "" && need > s.held[bidder] {
		s.holds = append(s.holds, auction.Hold{ID: fmt.Sprintf("%s/%d", bidder, r.Seq), Owner: bidder, Asset: s.m.Spec().Currency, Amount: need - s.held[bidder]})
		s.held[bidder] = need
	}
	if _, ok := in.(auction.Charge); ok {
		s.charge()
	}
	return r, nil
}

// charge makes the winners set aside the rest.
func (s *stage) charge() {
	o, _ := s.m.Outcome()
	for _, a := range o.Awards {
		if need := s.m.Exposure(a.Bidder); need > s.held[a.Bidder] {
			s.holds = append(s.holds, auction.Hold{ID: a.Bidder + "/rest", Owner: a.Bidder, Asset: s.m.Spec().Currency, Amount: need - s.held[a.Bidder]})
			s.held[a.Bidder] = need
		}
	}
}

func bidderOf(in auction.Input) string {
	switch in := in.(type) {
	case auction.Bid:
		return in.Bidder
	case auction.Accept:
		return in.Bidder
	case auction.Reveal:
		return in.Bidder
	}
	return ""
}

func TestAuctionsGoAsTheirScriptsSay(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var s *stage
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "new":
				spec := auction.Spec{ID: "a1", Owner: "olga", Currency: "credit", Goods: []money.Asset{"lot"}}
				if err := json.Unmarshal([]byte(d.Input), &spec); err != nil {
					d.Fatalf(t, "%v", err)
				}
				fresh, err := newStage(spec)
				if err != nil {
					return strings.ReplaceAll(err.Error(), "\n", "\n  ") + "\n"
				}
				s = fresh
				needs, _ := s.m.OwnerNeeds()
				return fmt.Sprintf("owner needs %v\n", needs)
			case "run":
				var out strings.Builder
				for line := range strings.Lines(d.Input) {
					fmt.Fprintln(&out, s.line(t, strings.Fields(line)))
				}
				return out.String()
			}
			d.Fatalf(t, "unknown command %q", d.Cmd)
			return ""
		})
	})
}

// line does what one line of a script says: a time, a verb and its words.
func (s *stage) line(t *testing.T, words []string) string {
	switch words[0] {
	case "view":
		v := s.m.View()
		return fmt.Sprintf("%v price %v minimum %v standing %q close %v bidders %d tick %d left %d", v.State, v.Price, v.Minimum, v.Standing, offset(v.CloseAt), v.Bidders, v.Tick, v.Left)
	case "outcome":
		o, ok := s.m.Outcome()
		if !ok {
			return "none"
		}
		var out []string
		for _, a := range o.Awards {
			out = append(out, fmt.Sprintf("%s: %d %v slot %d for %v", a.Bidder, a.Units, a.Goods, a.Slot, a.Amount))
		}
		return fmt.Sprintf("sold %t round %d %q forfeits %v; %s", o.Sold, o.Round, o.Reason, o.Forfeits, strings.Join(out, "; "))
	case "settlement":
		list, err := s.m.Settlement(s.holds)
		if err != nil {
			return "error: " + err.Error()
		}
		var out []string
		for _, r := range list {
			rest := r.Hold.Amount
			text := r.Hold.ID + " " + string(r.Hold.Asset) + ":"
			for _, p := range r.Pay {
				rest -= p.Amount
				text += fmt.Sprintf(" %s%s %d,", p.To, [...]string{"", "fees", "penalty"}[p.Account], int64(p.Amount))
			}
			require.GreaterOrEqual(t, rest, money.Amount(0))
			out = append(out, fmt.Sprintf("%s back %d", text, int64(rest)))
		}
		return s.m.SettlementKey() + "\n  " + strings.Join(out, "\n  ")
	case "timer":
		in, ok := s.m.Timer()
		if !ok {
			return "no timer"
		}
		return fmt.Sprintf("%T at %v", in, offset(in.When()))
	}
	seconds, err := strconv.ParseFloat(words[0], 64)
	require.NoError(t, err, words)
	in := s.input(t, epoch.Add(time.Duration(seconds*float64(time.Second))), words[1], words[2:])
	r, err := s.step(in)
	if err != nil {
		return "error: " + err.Error()
	}
	text := fmt.Sprintf("%d %v", r.Seq, s.m.State())
	if r.Duplicate {
		text += " duplicate"
	}
	if r.Standing {
		text += " standing"
	}
	if r.Price != 0 {
		text += " at " + money.Format(r.Price)
	}
	if r.Quantity != 0 {
		text += fmt.Sprintf(" takes %d", r.Quantity)
	}
	return text
}

func offset(at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return at.Sub(epoch)
}

func amount(t *testing.T, text string) money.Amount {
	a, err := money.Parse(text)
	require.NoError(t, err)
	return a
}

// input makes an input of a verb and its words. A word "key=k" is the key.
func (s *stage) input(t *testing.T, at time.Time, verb string, words []string) auction.Input {
	key, asset := "", money.Asset("credit")
	for len(words) > 0 {
		last := words[len(words)-1]
		if k, ok := strings.CutPrefix(last, "key="); ok {
			key = k
		} else if a, ok := strings.CutPrefix(last, "in="); ok {
			asset = money.Asset(a)
		} else {
			break
		}
		words = words[:len(words)-1]
	}
	number := func(i int) int64 {
		n, err := strconv.ParseInt(words[i], 10, 64)
		require.NoError(t, err, words)
		return n
	}
	nonce := []byte("0123456789abcdef")
	switch verb {
	case "announce":
		return auction.Announce{At: at}
	case "start":
		in := auction.Start{At: at}
		for _, w := range words {
			bidder, n, _ := strings.Cut(w, "=")
			weight, err := strconv.ParseInt(n, 10, 64)
			require.NoError(t, err)
			in.Weights = append(in.Weights, auction.Weight{Bidder: bidder, Weight: weight})
		}
		return in
	case "bid":
		in := auction.Bid{At: at, Key: key, Bidder: words[0], Asset: asset}
		switch s.m.Spec().Kind {
		case auction.Uniform:
			for _, w := range words[1:] {
				in.Values = append(in.Values, amount(t, w))
			}
		case auction.Combinatorial:
			for _, w := range words[1:] {
				in.Bundles = append(in.Bundles, bundle(t, w))
			}
		default:
			if words[1] == "now" {
				in.BuyNow = true
			} else {
				in.Amount = amount(t, words[1])
			}
		}
		return in
	case "commit":
		return auction.Bid{At: at, Key: key, Bidder: words[0], Asset: asset, Commitment: auction.Commit(s.m.Spec().ID, words[0], amount(t, words[1]), nonce)}
	case "reveal":
		return auction.Reveal{At: at, Key: key, Bidder: words[0], Amount: amount(t, words[1]), Nonce: nonce}
	case "accept":
		return auction.Accept{At: at, Key: key, Bidder: words[0], Asset: asset, Quantity: number(1), Seen: number(2), Limit: amount(t, words[3])}
	case "withdraw":
		return auction.Withdraw{At: at, Key: key, Bidder: words[0]}
	case "tick":
		return auction.Tick{At: at, N: number(0)}
	case "close":
		return auction.Close{At: at, Gen: uint64(number(0))}
	case "decide":
		in := auction.Decide{At: at}
		if p := s.m.Problem(); len(p.Offers) > 0 {
			answer, err := exact.Solver(wdp.Options{})(p)
			require.NoError(t, err)
			in.Answer = &answer
		}
		return in
	case "giveup":
		return auction.Decide{At: at, GiveUp: true, Reason: strings.Join(words, " ")}
	case "charge":
		return auction.Charge{At: at}
	case "default":
		return auction.Default{At: at, Bidder: words[0]}
	case "settle":
		return auction.Settle{At: at}
	case "fail":
		return auction.Fail{At: at, Reason: strings.Join(words, " ")}
	case "cancel":
		return auction.Cancel{At: at, Operator: len(words) > 0, Reason: strings.Join(words, " ")}
	case "suspend":
		return auction.Suspend{At: at, Reason: strings.Join(words, " ")}
	case "resume":
		return auction.Resume{At: at, Down: time.Duration(number(0)) * time.Second}
	case "outage":
		return auction.Outage{At: at, Down: time.Duration(number(0)) * time.Second}
	}
	t.Fatalf("unknown verb %q", verb)
	return nil
}

// bundle reads goods:price@group, as 0+2:12.5@1.
func bundle(t *testing.T, word string) auction.Bundle {
	goods, price, _ := strings.Cut(word, ":")
	price, group, grouped := strings.Cut(price, "@")
	b := auction.Bundle{Price: amount(t, price), Group: auction.NoGroup}
	for g := range strings.SplitSeq(goods, "+") {
		n, err := strconv.Atoi(g)
		require.NoError(t, err)
		b.Goods = append(b.Goods, n)
	}
	if grouped {
		n, err := strconv.Atoi(group)
		require.NoError(t, err)
		b.Group = n
	}
	return b
}
