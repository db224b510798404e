// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// history is one series, a value for each second; it is its own view.
type history struct {
	values []float64
	fresh  []bool
	now    int
}

// Samples shows the last value known.
func (h *history) Samples(Measure) []Sample {
	for i := h.now; i >= 0; i-- {
		if h.fresh[i] {
			return []Sample{{Value: h.values[i], At: moment(i)}}
		}
	}
	return nil
}

func moment(second int) time.Time { return epoch.Add(time.Duration(second) * time.Second) }

// naive says for every second whether the alert fires, by looking at the whole history again for each change: it begins to fire at the
// first second at which the breach has gone on for Rule.For, and it ends at the first one at which the value has been beyond the clear
// threshold for Rule.ClearFor.
func naive(r Rule, h *history) []bool {
	n := len(h.values)
	verdicts := make([]verdict, n)
	last := -1
	for i := range n {
		if h.fresh[i] {
			last = i
		}
		if last < 0 {
			verdicts[i] = r.verdict(0, false)
		} else {
			verdicts[i] = r.verdict(h.values[last], i-last <= Stale)
		}
		if last < 0 && r.NoData == OK {
			verdicts[i] = beyond
		}
	}
	// lasted reports whether what holds has gone on since some second from begin on, for long enough, at i; unknown does not break it, but it
	// can neither begin nor end with unknown.
	lasted := func(i, begin int, holds verdict, long time.Duration) bool {
		if verdicts[i] != holds {
			return false
		}
		first := i
		for j := i; j >= begin && (verdicts[j] == holds || verdicts[j] == unknown); j-- {
			if verdicts[j] == holds {
				first = j
			}
		}
		return time.Duration(i-first)*time.Second >= long
	}
	fires := make([]bool, n)
	firing, begin := false, 0
	for i := range n {
		switch {
		case !firing && lasted(i, begin, breach, r.For):
			firing, begin = true, i
		case firing && lasted(i, begin, beyond, r.ClearFor):
			firing, begin = false, i+1
		}
		fires[i] = firing
	}
	return fires
}

func TestAlertsFireAsTheNaiveReadingOfTheHistorySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clear := float64(rapid.IntRange(3, 6).Draw(t, "clear"))
		r := Rule{
			Name: "r", Series: "s", Threshold: 6, Clear: &clear, NoData: NoData(rapid.IntRange(0, 2).Draw(t, "no data")),
			For: time.Duration(rapid.IntRange(0, 4).Draw(t, "for")) * time.Second, ClearFor: time.Duration(rapid.IntRange(0, 3).Draw(t, "clear for")) * time.Second,
		}
		n := rapid.IntRange(1, 80).Draw(t, "seconds")
		gaps := rapid.IntRange(0, 9).Draw(t, "gaps")
		h := &history{}
		for range n {
			h.values = append(h.values, float64(rapid.IntRange(0, 10).Draw(t, "value")))
			h.fresh = append(h.fresh, rapid.IntRange(0, 9).Draw(t, "gap") >= gaps)
		}
		m, err := New(Spec{Rules: []Rule{r}})
		if err != nil {
			t.Fatal(err)
		}
		want := naive(r, h)
		for i := range n {
			h.now = i
			m.Step(moment(i), h)
			if i == n/2 { // nobody may notice that another machine goes on
				memory := m.Memory()
				m, _ = New(Spec{Rules: []Rule{r}})
				m.Restore(memory)
			}
			got := false
			for _, a := range m.Status(moment(i)) {
				got = got || a.State == Firing
			}
			if got != want[i] {
				t.Fatalf("second %d: firing is %v, expected %v\nrule %+v\nvalues %v\nfresh %v", i, got, want[i], r, h.values, h.fresh)
			}
		}
	})
}

// crowd shows random values of several keys.
type crowd struct {
	r    *rand.Rand
	now  time.Time
	keys int
	bias float64
}

// Samples draws a value for each key.
func (c *crowd) Samples(Measure) (out []Sample) {
	for i := range c.keys {
		v := 0.0
		if c.r.Float64() < c.bias {
			v = 1
		}
		out = append(out, Sample{Key: fmt.Sprint(i), Value: v, At: c.now})
	}
	return out
}

// Whatever happens, what one route hears of one alert is a tale that makes sense: a fire or flapping first, no fire twice in a row, an end only of
// what was told, and no more deliveries than the route takes.
func TestWhatARouteHearsMakesSense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		spec := Spec{
			Rules: []Rule{
				{Name: "a", Series: "s", For: time.Duration(r.IntN(3)) * time.Second, Routes: []string{"one", "two"}, InhibitedBy: []string{"b"}},
				{Name: "b", Series: "s", ClearFor: time.Duration(r.IntN(3)) * time.Second, Routes: []string{"two"}},
			},
			Routes: []Route{
				{Name: "one", Repeat: time.Duration(1+r.IntN(20)) * time.Second, MaxPerMinute: 1 + r.IntN(20), EscalateAfter: 5 * time.Second, EscalateTo: "three"},
				{Name: "two", MaxPerMinute: -1, Retry: 3 * time.Second},
				{Name: "three", Repeat: Never, MaxPerMinute: 5},
			},
		}
		m, err := New(spec)
		if err != nil {
			t.Fatal(err)
		}
		c := &crowd{r: r, keys: 1 + r.IntN(3), bias: r.Float64()}
		heard := map[string]string{}
		var pending []Delivery
		recent := map[string][]time.Time{}
		for i := range 300 {
			now := moment(i)
			c.now = now
			if r.IntN(50) == 0 {
				_, _ = m.Silence(now, Silence{Rule: "a", Author: "x", Reason: "y", Until: now.Add(time.Duration(r.IntN(20)) * time.Second)})
			}
			if r.IntN(50) == 0 {
				_ = m.Acknowledge("b", "0", "x")
			}
			for _, d := range m.Step(now, c).Deliveries {
				recent[d.Route] = append(recent[d.Route], now)
				pending = append(pending, d)
			}
			rest := pending[:0]
			for _, d := range pending { // fates come late, and in between no other delivery of the route
				switch r.IntN(3) {
				case 0:
					m.Sent(d)
					hear(t, heard, d)
				case 1:
					m.Failed(now, d)
				default:
					rest = append(rest, d)
				}
			}
			pending = rest
		}
		for _, route := range spec.withDefaults().Routes {
			for i, at := range recent[route.Name] {
				if n := route.MaxPerMinute; n > 0 && i >= n && at.Sub(recent[route.Name][i-n]) < time.Minute {
					t.Fatalf("route %s: delivery %d at %v is one too many", route.Name, i, at)
				}
			}
		}
	})
}

func hear(t *rapid.T, heard map[string]string, d Delivery) {
	seen := map[string]bool{}
	for _, n := range d.Notices {
		who := d.Route + " " + n.Rule + "/" + n.Key
		before := heard[who]
		switch {
		case seen[who], n.What == Over && before == "", n.What == StillOn && before == "", n.What == Fired && before == Fired, n.What == Flapping && before == Flapping:
			t.Fatalf("%s: %q after %q", who, n.What, before)
		}
		seen[who] = true
		switch n.What {
		case Over:
			heard[who] = ""
		case Fired, Flapping:
			heard[who] = n.What
		}
	}
}
