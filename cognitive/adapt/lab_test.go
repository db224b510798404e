// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"math/rand/v2"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

var (
	unit  = kind.Float{Min: 0, Max: 1, Step: 0.001}
	score = adapt.Performance(adapt.Weight{Metric: "score", Weight: 1})
	birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// world is what one report tells of a value that is in use.
type world func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric

// scoring is a world whose only metric is a score with a deviation of one.
func scoring(mean func(x float64, t int) float64) world {
	return func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric {
		return one("score", mean(v.Float(), t)+rng.NormFloat64())
	}
}

func one(name string, x float64) []adapt.Metric { return []adapt.Metric{{Name: name, Value: x}} }

// change is one change of the value of all.
type change struct {
	at     int
	to     kind.Value
	revert bool
}

// lab is a machine at work in a world: ten milliseconds a report, a hundred reports a cycle, one in ten from the slice.
type lab struct {
	m       *adapt.Machine
	now     time.Time
	rng     *rand.Rand
	world   world
	share   float64
	every   int // reports of a cycle
	cycle   int // when the next one is over
	value   kind.Value
	slice   kind.Value // what a share of the agents has; none if there is none
	t       int
	commits []change
	tried   []kind.Value
	why     []string // each was tried
	notes   []adapt.Note
	use     func(v kind.Value) // sees what each report has used
}

func newLab(t require.TestingT, s adapt.Spec, start kind.Value, seed uint64, w world) *lab {
	if s.Kind == nil {
		s.Kind = unit
	}
	if s.Strategy == adapt.Custom && s.Objective.Weights == nil && s.Objective.Score == nil {
		s.Objective = score
	}
	s.Seed = seed
	l := &lab{now: birth, rng: rand.New(rand.NewPCG(seed, 7)), world: w, share: 0.1, every: 100, value: start}
	var err error
	l.m, err = adapt.New(s, l.value)
	require.NoError(t, err)
	return l
}

// do carries effects out.
func (l *lab) do(effects []adapt.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case adapt.Begin:
			l.slice = e.Value
			l.tried, l.why = append(l.tried, e.Value), append(l.why, e.Why)
		case adapt.End:
			l.slice = kind.Value{}
		case adapt.Try:
			l.tried, l.why = append(l.tried, e.Value), append(l.why, e.Why)
			l.commit(e.Value, false)
		case adapt.Promote:
			l.slice = kind.Value{}
			l.commit(e.Value, false)
		case adapt.Revert:
			l.commit(e.Value, true)
		case adapt.Note:
			l.notes = append(l.notes, e)
			continue
		}
		l.do(l.m.Step(adapt.Changed{At: l.now}))
	}
}

func (l *lab) commit(v kind.Value, revert bool) {
	l.value = v
	l.commits = append(l.commits, change{l.t, v, revert})
}

// run has agents report.
func (l *lab) run(reports int) {
	for range reports {
		l.t++
		l.now = l.now.Add(10 * time.Millisecond)
		v, slice := l.value, false
		if l.slice.Type() != kind.None && l.rng.Float64() < l.share {
			v, slice = l.slice, true
		}
		if l.use != nil {
			l.use(v)
		}
		l.do(l.m.Step(adapt.Reported{At: l.now, Slice: slice, Metrics: l.world(v, l.t, l.rng)}))
		if l.t >= l.cycle+l.every {
			l.do(l.m.Step(adapt.Cycle{At: l.now}))
			l.cycle = l.t + l.every*(l.m.Status().Pace-1)
		}
	}
}

// told counts the notes of a kind.
func (l *lab) told(what string) (n int) {
	for _, x := range l.notes {
		if x.What == what {
			n++
		}
	}
	return n
}

// reverts counts returns to an earlier value.
func (l *lab) reverts() (n int) {
	for _, c := range l.commits {
		if c.revert {
			n++
		}
	}
	return n
}
