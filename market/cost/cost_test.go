// SPDX-License-Identifier: Apache-2.0

package cost_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
)

// do applies commands at a time, and returns the result of the last.
func do(t testing.TB, b *cost.Book, at time.Time, commands ...cost.Command) cost.Result {
	t.Helper()
	var r cost.Result
	for _, c := range commands {
		c.At = at
		var err error
		r, err = b.Apply(c)
		require.NoError(t, err)
	}
	return r
}

func usage(id string, quantity int64) cost.Command {
	return cost.Command{Usage: &cost.Usage{ID: id, Tenant: "acme", Team: "red", Agent: "ann", Task: "7", Kind: "tokens", Quantity: quantity}}
}

func price(a money.Amount, per int64, from time.Time) cost.Command {
	return cost.Command{Price: &cost.Price{Kind: "tokens", Amount: a, Per: per, From: from}}
}

func TestEveryCommandSaysAllThatIsWrongWithIt(t *testing.T) {
	for name, c := range map[string]struct {
		command cost.Command
		fields  []string
	}{
		"no time":     {cost.Command{}, []string{"at"}},
		"two parts":   {cost.Command{At: began, Release: "r", Forget: began}, []string{"command"}},
		"empty usage": {cost.Command{At: began, Usage: &cost.Usage{}}, []string{"usage.id", "usage.tenant", "usage.agent", "usage.kind", "usage.quantity"}},
		"odd usage":   {cost.Command{At: began, Usage: &cost.Usage{ID: "a b", Tenant: "a/b", Agent: strings.Repeat("x", 201), Kind: "k", Quantity: -1}}, []string{"usage.id", "usage.tenant", "usage.agent", "usage.quantity"}},
		"price":       {cost.Command{At: began, Price: &cost.Price{Amount: -1}}, []string{"price.kind", "price.amount", "price.per"}},
		"limit":       {cost.Command{At: began, Limit: &cost.Limit{Path: "a//b", Amount: -1, Soft: 3, Window: time.Millisecond}}, []string{"limit.path", "limit.amount", "limit.soft", "limit.window"}},
		"reserve":     {cost.Command{At: began, Reserve: &cost.Reserve{Path: "1/2/3/4/5/6/7/8/9"}}, []string{"reserve.id", "reserve.path", "reserve.amount"}},
		"commit":      {cost.Command{At: began, Commit: &cost.Commit{Actual: -1}}, []string{"commit.id", "commit.actual"}},
	} {
		_, err := cost.New().Apply(c.command)
		require.ErrorIs(t, err, cost.ErrInvalid, name)
		var fields []string
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			var one *cost.InvalidError
			require.ErrorAs(t, e, &one)
			fields = append(fields, one.Field)
		}
		assert.Equal(t, c.fields, fields, name)
	}
}

func TestStatesThatForbidACommand(t *testing.T) {
	b := cost.New()
	at := func(c cost.Command) error {
		c.At = began
		_, err := b.Apply(c)
		return err
	}
	require.ErrorIs(t, at(usage("u", 1)), cost.ErrNoPrice)
	do(t, b, began, price(1, 1, time.Time{}), usage("u", 1), cost.Command{Reserve: &cost.Reserve{ID: "r", Path: "acme", Amount: 5}}, cost.Command{Release: "r"})
	require.ErrorIs(t, at(usage("u", 2)), cost.ErrConflict)
	require.ErrorIs(t, at(cost.Command{Reserve: &cost.Reserve{ID: "r", Path: "acme", Amount: 6}}), cost.ErrConflict)
	require.ErrorIs(t, at(cost.Command{Release: "r"}), cost.ErrReservationEnded)
	require.ErrorIs(t, at(cost.Command{Commit: &cost.Commit{ID: "r"}}), cost.ErrReservationEnded)
	require.ErrorIs(t, at(cost.Command{Commit: &cost.Commit{ID: "s"}}), cost.ErrUnknownReservation)
	require.ErrorIs(t, at(cost.Command{Release: "s"}), cost.ErrUnknownReservation)
	do(t, b, began, cost.Command{Reserve: &cost.Reserve{ID: "c", Path: "acme", Amount: 5}}, cost.Command{Commit: &cost.Commit{ID: "c", Actual: 4}})
	require.ErrorIs(t, at(cost.Command{Commit: &cost.Commit{ID: "c", Actual: 5}}), cost.ErrConflict)
	assert.True(t, do(t, b, began, cost.Command{Commit: &cost.Commit{ID: "c", Actual: 4}}).Already)
	require.NoError(t, at(price(money.Max, 1, began.Add(time.Minute))))
	dear := usage("v", 2)
	dear.Usage.At = began.Add(time.Hour)
	require.ErrorIs(t, at(dear), money.ErrOverflow)
	dear.Usage.Quantity = 1
	require.ErrorIs(t, at(dear), money.ErrOverflow, "together with what was spent before")
	do(t, b, began, cost.Command{Forget: began.Add(time.Second)})
	require.ErrorIs(t, at(usage("w", 1)), cost.ErrTooOld)
	require.ErrorIs(t, at(price(1, 1, began)), cost.ErrTooOld)
	_, err := b.Forecast("acme", began)
	require.ErrorIs(t, err, cost.ErrInsufficientData)
}

func TestAReservationThatDoesNotFitNamesTheNode(t *testing.T) {
	b := cost.New()
	do(t, b, began, cost.Command{Limit: &cost.Limit{Path: "acme", Amount: 100}}, cost.Command{Limit: &cost.Limit{Path: "acme/red", Amount: 50, Soft: 30}}, cost.Command{Reserve: &cost.Reserve{ID: "1", Path: "acme/red/ann", Amount: 30}})
	_, err := b.Apply(cost.Command{At: began, Reserve: &cost.Reserve{ID: "2", Path: "acme/red/bob", Amount: 21}})
	var budget *cost.BudgetError
	require.True(t, errors.As(err, &budget))
	assert.Equal(t, cost.BudgetError{Node: "acme/red", Need: 21, Have: 20}, *budget)
	_, known := b.Budget("acme/red/bob")
	assert.False(t, known, "nowhere")
	assert.True(t, do(t, b, began, cost.Command{Reserve: &cost.Reserve{ID: "3", Path: "acme/red/bob", Amount: 20}}).Thrift, "beyond the soft limit")
}

func TestFactsAreRecordedOverTheLimitAndNothingIsGrantedMeanwhile(t *testing.T) {
	b := cost.New()
	r := do(t, b, began, price(1, 1, time.Time{}), cost.Command{Limit: &cost.Limit{Path: "acme/red", Amount: 50, Window: time.Hour}}, usage("u", 60))
	assert.Equal(t, []string{"acme/red"}, r.Overrun)
	assert.Empty(t, do(t, b, began, usage("v", 1)).Overrun, "it is recorded once")
	reserve := cost.Command{At: began, Reserve: &cost.Reserve{ID: "r", Path: "acme/red/ann", Amount: 1}}
	_, err := b.Apply(reserve)
	require.ErrorIs(t, err, cost.ErrBudgetExceeded)
	reserve.At = began.Add(time.Hour) // a new window
	_, err = b.Apply(reserve)
	require.NoError(t, err)
	v, _ := b.Budget("acme/red")
	assert.Equal(t, cost.Budget{Path: "acme/red", Limited: true, Limit: 50, Reserved: 1, Left: 49}, v)
}

func TestUsageIsDrawnFromItsReservation(t *testing.T) {
	b := cost.New()
	of := func(id string, q int64, r string) cost.Command {
		c := usage(id, q)
		c.Usage.Reservation = r
		return c
	}
	do(t, b, began, price(1, 1, time.Time{}), cost.Command{Limit: &cost.Limit{Path: "acme", Amount: 100}},
		cost.Command{Reserve: &cost.Reserve{ID: "task", Path: "acme/red/ann/7", Amount: 40, Until: began.Add(time.Minute)}}, of("u", 30, "task"))
	v, _ := b.Budget("acme")
	assert.Equal(t, []money.Amount{30, 10}, []money.Amount{v.Spent, v.Reserved})
	v, _ = b.Budget("acme/red/ann/7")
	assert.Equal(t, []money.Amount{30, 10}, []money.Amount{v.Spent, v.Reserved}, "the reservation says for which task")
	do(t, b, began, of("w", 15, "task"))
	v, _ = b.Budget("acme")
	assert.Equal(t, []money.Amount{45, 0}, []money.Amount{v.Spent, v.Reserved})
	next, ok := b.NextExpiry()
	assert.True(t, ok)
	do(t, b, next, cost.Command{}, of("x", 5, "task"))
	v, _ = b.Budget("acme")
	assert.Equal(t, []money.Amount{50, 0}, []money.Amount{v.Spent, v.Reserved}, "after its end it pays nothing")
	_, ok = b.NextExpiry()
	assert.False(t, ok)
}

func TestALatePriceAdjustsAndARoundingIsOfEachUsage(t *testing.T) {
	b := cost.New()
	do(t, b, began, price(money.Unit, 1000, time.Time{}), usage("a", 1), usage("b", 1500))
	assert.Equal(t, money.Amount(1000+1_500_000), b.Total())
	r := do(t, b, began.Add(time.Hour), price(1, 1000, began))
	assert.Equal(t, []cost.Adjustment{{Usage: "a", Cost: -999}, {Usage: "b", Cost: -1_499_998}}, r.Adjustments)
	assert.Equal(t, money.Amount(3), b.Total(), "1 and 2: each was rounded up")
	assert.Equal(t, []cost.Rollup{{Name: "acme/ann", Usages: 2, Cost: 3}}, b.Rollups(cost.ByAgent))
	assert.Len(t, b.Prices(), 2)
}

func TestAnAlertIsGivenOncePerCrossing(t *testing.T) {
	b := cost.New()
	a := cost.NewAlerts(cost.AlertRules{For: time.Minute, Ahead: -1})
	at := began
	do(t, b, at, price(1, 1, time.Time{}), cost.Command{Limit: &cost.Limit{Path: "acme", Amount: 100, Window: 24 * time.Hour}})
	n := 0
	var got []string
	step := func(spend int64, wait time.Duration) {
		n++
		if spend > 0 {
			do(t, b, at, usage(fmt.Sprint("u", n), spend))
		}
		at = at.Add(wait)
		for _, x := range a.Step(b, at) {
			got = append(got, fmt.Sprintf("%v %d%% of %v at %v", x.Kind, x.Percent, int64(x.Limit), int64(x.Spent)))
		}
	}
	step(49, time.Minute)
	step(1, time.Minute) // seen at 50
	assert.Empty(t, got, "it has not held yet")
	step(0, time.Minute)
	step(0, time.Hour)
	assert.Equal(t, []string{"used 50% of 100 at 50"}, got)
	do(t, b, at, cost.Command{Limit: &cost.Limit{Path: "acme", Amount: 110, Window: 24 * time.Hour}}) // 45 %: not clearly below
	step(0, time.Minute)
	do(t, b, at, cost.Command{Limit: &cost.Limit{Path: "acme", Amount: 100, Window: 24 * time.Hour}})
	step(0, time.Hour)
	assert.Len(t, got, 1, "hysteresis")
	at = at.Add(24 * time.Hour) // a new window clears it
	step(0, time.Minute)
	step(120, time.Second)
	step(0, time.Hour)
	assert.Equal(t, []string{"used 50% of 100 at 120", "used 80% of 100 at 120", "used 100% of 100 at 120"}, got[1:])
}

func TestAForecastOfASteadyPaceIsExactAndANoisyOneIsWide(t *testing.T) {
	for _, noise := range []int64{0, 400} {
		b := cost.New()
		at := began
		do(t, b, at, price(1, 1, time.Time{}), cost.Command{Limit: &cost.Limit{Path: "acme", Amount: 100_000}})
		for i := range 50 {
			do(t, b, at, usage(strconv.Itoa(i), 500+noise*int64(i%2*2-1)))
			at = at.Add(time.Minute)
		}
		f, err := b.Forecast("acme", at)
		require.NoError(t, err)
		v, _ := b.Budget("acme")
		steady := at.Add(time.Duration(v.Left/500) * time.Minute)
		if noise == 0 {
			assert.Equal(t, cost.Forecast{Path: "acme", PerHour: 30_000, Low: 30_000, High: 30_000, Exhausts: steady, Earliest: steady}, f)
			soon := cost.NewAlerts(cost.AlertRules{Ahead: 3 * time.Hour, Percents: []int{}}).Step(b, at)
			assert.Equal(t, []cost.Alert{{Path: "acme", Kind: cost.Predicted, Spent: v.Spent, Limit: v.Limit, Exhausts: steady}}, soon)
			continue
		}
		assert.Less(t, f.Low, money.Amount(30_000))
		assert.Greater(t, f.High, money.Amount(30_000))
		assert.True(t, f.Earliest.Before(f.Exhausts))
	}
}

func BenchmarkRecord(b *testing.B) {
	book := cost.New()
	do(b, book, began, price(1, 1000, time.Time{}), cost.Command{Limit: &cost.Limit{Path: "acme", Amount: money.Max}})
	commands := make([]cost.Command, b.N)
	for i := range commands {
		commands[i] = usage(strconv.Itoa(i), 100)
		commands[i].At = began
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range commands {
		if _, err := book.Apply(commands[i]); err != nil {
			b.Fatal(err)
		}
	}
}
