// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

// books are the accounts that moves go between. Only available accounts are filled from outside.
type books map[string]money.Amount

func (b books) make(t require.TestingT, moves []Move) {
	for _, m := range moves {
		require.Positive(t, m.Amount)
		if !strings.HasSuffix(m.From, "/available") {
			require.GreaterOrEqual(t, b[m.From], m.Amount, "%s cannot pay", m.From)
		}
		b[m.From] -= m.Amount
		b[m.To] += m.Amount
	}
}

func TestStakesAndTheirAccountsAlwaysAgreeAndNothingIsTakenTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(Spec{Minimum: 10, Unbonding: 5, Appeals: 3, Shares: map[string]int64{"all": million}})
		require.NoError(t, err)
		b := books{}
		owners := []string{"ann", "bob", "cid"}
		at := int64(0)
		slashed := map[string]bool{}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			at += rapid.Int64Range(0, 3).Draw(t, "later")
			if rapid.IntRange(0, 9).Draw(t, "written") == 0 { // what was written down goes on as if nothing had happened
				image := s.Encode()
				s, err = Decode(s.spec, image)
				require.NoError(t, err)
				require.Equal(t, string(image), string(s.Encode()))
			}
			who := rapid.SampledFrom(owners).Draw(t, "who")
			amount := money.Amount(rapid.Int64Range(-1, 40).Draw(t, "amount"))
			id := fmt.Sprint("v", rapid.IntRange(0, 5).Draw(t, "id"))
			before := s.Of(who)
			var moves []Move
			switch rapid.IntRange(0, 10).Draw(t, "what") {
			case 0:
				moves, err = s.Lock(at, who, amount)
			case 1:
				moves, err = s.HoldBack(at, who, "payer/available", amount)
			case 2:
				err = s.Unbond(at, who, amount)
				if err == nil {
					require.Zero(t, before.Cases)
				}
			case 3:
				moves, err = s.Release(at, who)
			case 4:
				err = s.Expose(who, id, amount)
				if err == nil {
					require.LessOrEqual(t, s.Of(who).Exposed, before.Locked+before.Unbonding)
				}
			case 5:
				err = s.Done(id)
			case 6:
				v := Violation{ID: id, Kind: rapid.SampledFrom([]string{"all", "collusion", "?"}).Draw(t, "kind"), Offender: who, Victim: "victim", Loss: amount, Evidence: "e", Proven: rapid.Bool().Draw(t, "proven")}
				moves, err = s.Report(at, v)
				if err == nil && !v.Proven {
					require.Empty(t, moves, "a report is no verdict")
				}
			case 7:
				moves, err = s.Review(at, id, rapid.Bool().Draw(t, "upheld"))
			case 8:
				err = s.Appeal(at, id)
			case 9:
				moves, err = s.Rehear(at, id, rapid.Bool().Draw(t, "stands"))
			case 10:
				moves, err = s.Conclude(at, id)
			}
			if err != nil {
				require.Empty(t, moves)
				require.Equal(t, before, s.Of(who))
			}
			for _, m := range moves {
				if strings.HasPrefix(m.From, "stake/") && strings.HasPrefix(m.To, "pool/case/") {
					require.False(t, slashed[m.To], "taken twice for one violation")
					slashed[m.To] = true
				}
			}
			b.make(t, moves)
			var total money.Amount
			for _, o := range owners {
				p := s.Of(o)
				require.Equal(t, p.Locked+p.Unbonding, b[staked(o)])
				require.GreaterOrEqual(t, min(p.Locked, p.Unbonding, p.Exposed), money.Amount(0))
				total += p.Locked + p.Unbonding
			}
			for id, c := range s.cases {
				want := money.Amount(0)
				if c.State == Upheld || c.State == Appealed {
					want = c.Taken
				}
				require.Equal(t, want, b[disputed(id)])
				total += want
				require.LessOrEqual(t, c.Damages, c.Taken)
				require.LessOrEqual(t, c.Damages, max(0, c.Loss))
			}
			require.Equal(t, total, s.total)
		}
	})
}

func TestAnOverturnedVerdictIsPaidBackInFull(t *testing.T) {
	s, err := New(Spec{Unbonding: 100, Appeals: 10})
	require.NoError(t, err)
	_, err = s.Lock(0, "ann", 100)
	require.NoError(t, err)
	require.NoError(t, s.Unbond(0, "ann", 90))
	moves, err := s.Report(1, Violation{ID: "v", Kind: "quality fraud", Offender: "ann", Victim: "bob", Loss: 50, Evidence: "e", Proven: true})
	require.NoError(t, err)
	require.Equal(t, []Move{{"stake/ann", "pool/case/v", 65}}, moves, "what is unbonding can be taken")
	_, err = s.Release(1000, "ann")
	require.ErrorIs(t, err, ErrFrozen)
	_, err = s.Conclude(10, "v")
	var state *StateError
	require.ErrorAs(t, err, &state)
	require.NoError(t, s.Appeal(10, "v"))
	moves, err = s.Rehear(0, "v", false)
	require.NoError(t, err)
	require.Equal(t, []Move{{"pool/case/v", "stake/ann", 65}}, moves)
	require.Equal(t, Position{Locked: 65, Unbonding: 35}, s.Of("ann"))
	c, err := s.Case("v")
	require.NoError(t, err)
	require.Equal(t, Overturned, c.State)
	_, err = s.Report(1, Violation{ID: "v", Kind: "quality fraud", Offender: "ann", Evidence: "again"})
	require.ErrorIs(t, err, ErrDuplicate)
}

func TestWhatCannotBeAtStakeIsRefused(t *testing.T) {
	var input *InputError
	var low *TooLowError
	var state *StateError
	_, err := New(Spec{Minimum: -1, Unbonding: -1, Appeals: -1, Shares: map[string]int64{"x": -1}})
	for _, field := range []string{"Minimum", "Unbonding", "Appeals", "Shares"} {
		require.ErrorContains(t, err, field)
	}
	s, err := New(Spec{Minimum: 10})
	require.NoError(t, err)
	_, err = s.Lock(0, "", 1)
	require.ErrorAs(t, err, &input)
	_, err = s.Lock(0, "ann", 9)
	require.ErrorAs(t, err, &low)
	_, err = s.Lock(0, "ann", 20)
	require.NoError(t, err)
	_, err = s.Lock(0, "bob", money.Max)
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = s.HoldBack(0, "ann", "", 1)
	require.ErrorAs(t, err, &input)
	_, err = s.HoldBack(0, "ann", "x", money.Max)
	require.ErrorIs(t, err, money.ErrOverflow)
	require.ErrorAs(t, s.Unbond(0, "ann", 11), &low)
	require.ErrorAs(t, s.Unbond(0, "ann", 21), &low)
	require.ErrorAs(t, s.Unbond(0, "ann", 0), &input)
	require.ErrorIs(t, s.Unbond(0, "eve", 1), ErrUnknown)
	_, err = s.Release(0, "eve")
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorAs(t, s.Expose("eve", "d", 1), &low)
	require.ErrorAs(t, s.Expose("ann", "", 1), &input)
	require.NoError(t, s.Expose("ann", "d", 15))
	require.ErrorAs(t, s.Expose("ann", "e", 6), &low)
	require.ErrorIs(t, s.Expose("ann", "d", 1), ErrDuplicate)
	require.ErrorAs(t, s.Unbond(0, "ann", 6), &low)
	require.NoError(t, s.Done("d"))
	require.ErrorIs(t, s.Done("d"), ErrUnknown)
	require.ErrorIs(t, s.Expose("ann", "d", 1), ErrDuplicate)
	for _, v := range []Violation{{}, {ID: "v", Offender: "ann"}, {ID: "v", Offender: "ann", Evidence: "e", Loss: -1}, {ID: "v", Offender: "ann", Evidence: "e", Loss: 1}, {ID: "v", Offender: "ann", Evidence: "e", Victim: "ann"}} {
		_, err = s.Report(0, v)
		require.ErrorAs(t, err, &input)
	}
	_, err = s.Report(0, Violation{ID: "v", Offender: "eve", Evidence: "e"})
	require.ErrorIs(t, err, ErrUnknown)
	_, err = s.Report(0, Violation{ID: "v", Offender: "ann", Evidence: "e"})
	require.NoError(t, err)
	require.ErrorAs(t, s.Appeal(0, "v"), &state)
	_, err = s.Case("w")
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorIs(t, s.Appeal(0, "w"), ErrUnknown)
	_, err = s.Review(0, "v", false)
	require.NoError(t, err)
	_, err = s.Review(0, "v", true)
	require.ErrorAs(t, err, &state)
	_, err = s.Report(0, Violation{ID: "p", Offender: "ann", Evidence: "e", Proven: true, Kind: "none"})
	require.NoError(t, err)
	require.ErrorAs(t, s.Appeal(0, "p"), &state, "there is no time for appeals")
}

func TestWhatIsTakenOrAskedBackIsOfTheNewest(t *testing.T) {
	s, err := New(Spec{Unbonding: 10})
	require.NoError(t, err)
	for at, amount := range []money.Amount{30, 20, 10} {
		_, err := s.Lock(int64(at), "ann", amount)
		require.NoError(t, err)
	}
	require.Equal(t, money.Amount(50), s.Aged("ann", 1))
	require.NoError(t, s.Unbond(5, "ann", 25))
	require.Equal(t, money.Amount(35), s.Aged("ann", 5))
	require.Equal(t, money.Amount(30), s.Aged("ann", 0))
	_, err = s.Report(5, Violation{ID: "v", Kind: "quality fraud", Offender: "ann", Evidence: "e", Proven: true})
	require.NoError(t, err)
	require.Equal(t, s.Of("ann").Locked, s.Aged("ann", 5), "18 of 60 are taken")
	require.Zero(t, s.Aged("bob", 5))
	require.Equal(t, []string{"ann"}, s.Owners())
}
