// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Tracker follows a minimum that may stand still, wander, swing or jump, and tunes itself: it is SPSA with a bank of Kalman filters in place of gains. Each filter
// supposes a curvature and a speed of the minimum; the measurements say which suppositions hold, and the dither is what the remaining doubt about the place asks for.
// The scale of values and the noise are learned.
type Tracker struct {
	at      []float64
	pairs   int
	noise   float64 // variance of one measurement
	sum     float64 // of the last pair
	dither  float64
	filters []filter
}

// filter is one supposition and what follows from it.
type filter struct {
	weight float64
	bend   float64   // curvature in units of the standard deviation of the noise
	drift  float64   // variance of what the minimum moves from pair to pair
	place  []float64 // of the minimum
	doubt  []float64 // its variance
}

// The settings of a Tracker were found on the kinds of motion and shape of package problem, with other seeds than those its tests use.
const (
	trackerBends     = 14
	trackerLeastBend = 8
	trackerSwitch    = 0.0003 // chance that another supposition holds from now on
	trackerPrior     = 0.04
	trackerDoubt     = 0.1 // largest variance of a place
	trackerDither    = 0.05
	trackerLeast     = 0.0005 // and the least: a tracker never stops looking
	trackerMost      = 0.1
	trackerStep      = 0.1
	trackerLearning  = 0.01 // of the noise
	trackerSpike     = 6    // by how much one pair may exceed the noise that is known
	trackerWarm      = 20   // pairs before spikes are cut
)

var trackerDrifts = []float64{0, 3e-4, 1.2e-3, 5e-3, 2e-2, 0.1}

// NewTracker begins in the middle of n dimensions.
func NewTracker(n int) *Tracker {
	t := &Tracker{at: middle(n), dither: trackerDither}
	for k := range trackerBends {
		for _, d := range trackerDrifts {
			t.filters = append(t.filters, filter{
				weight: 1 / float64(trackerBends*len(trackerDrifts)), bend: trackerLeastBend * math.Pow(2, float64(k)), drift: d * d,
				place: middle(n), doubt: slices.Repeat([]float64{trackerPrior}, n),
			})
		}
	}
	return t
}

// Center returns the place where the minimum is believed to be.
func (t *Tracker) Center() []float64 { return slices.Clone(t.at) }

// Pair returns the next two points.
func (t *Tracker) Pair(rng *rand.Rand) Pair {
	return Pair{Center: t.Center(), Delta: signs(len(t.at), rng), Dither: t.dither}
}

// Learn takes what was measured of a pair. Values that would be failures of a trial are ignored.
func (t *Tracker) Learn(p Pair, plus, minus float64) {
	if !(math.Abs(plus) <= valueLimit && math.Abs(minus) <= valueLimit) {
		return
	}
	t.pairs++
	t.listen(plus + minus)
	if t.pairs < 3 || !(t.noise > 0) {
		return
	}
	t.weigh(p, (plus-minus)/2)
	t.settle()
}

// listen learns the noise from how the mean of a pair differs from that of the pair before.
func (t *Tracker) listen(sum float64) {
	v := (sum - t.sum) * (sum - t.sum) / 4
	t.sum = sum
	if t.pairs < 2 {
		return
	}
	rate := math.Max(trackerLearning, 1/float64(t.pairs-1))
	if t.pairs > trackerWarm {
		v = math.Min(v, trackerSpike*t.noise)
	}
	t.noise = math.Max(t.noise+rate*(v-t.noise), 1e-300)
}

// weigh lets every filter predict half the difference of the pair, and then learn from it.
func (t *Tracker) weigh(p Pair, half float64) {
	place, doubt := t.belief()
	sd, blur := math.Sqrt(t.noise), t.noise/2
	all := float64(len(t.filters))
	most := math.Inf(-1)
	for k := range t.filters {
		f := &t.filters[k]
		prior := (1-trackerSwitch)*f.weight + trackerSwitch/all
		own := (1 - trackerSwitch) * f.weight / prior
		bend := f.bend * sd
		spread, expected := blur, 0.0
		for i := range place {
			mixed := own*f.place[i] + (1-own)*place[i]
			a, b := f.place[i]-mixed, place[i]-mixed
			f.doubt[i] = math.Min(own*(f.doubt[i]+a*a)+(1-own)*(doubt[i]+b*b)+f.drift, trackerDoubt)
			f.place[i] = mixed
			spread += p.Dither * p.Dither * bend * bend * f.doubt[i]
			expected += p.Dither * p.Delta[i] * bend * (p.Center[i] - mixed)
		}
		miss := half - expected
		for i := range place {
			gain := f.doubt[i] * p.Dither * bend / spread
			f.place[i] = clamp(f.place[i]-gain*p.Delta[i]*miss, 0, 1)
			f.doubt[i] *= 1 - gain*p.Dither*bend
		}
		f.weight = math.Log(prior) - math.Log(spread)/2 - miss*miss/spread/2
		most = math.Max(most, f.weight)
	}
	total := 0.0
	for k := range t.filters {
		t.filters[k].weight = math.Exp(t.filters[k].weight - most)
		total += t.filters[k].weight
	}
	for k := range t.filters {
		t.filters[k].weight /= total
	}
}

// belief returns mean and variance of the place over all filters.
func (t *Tracker) belief() (place, doubt []float64) {
	place, doubt = make([]float64, len(t.at)), make([]float64, len(t.at))
	for _, f := range t.filters {
		for i, v := range f.place {
			place[i] += f.weight * v
		}
	}
	for _, f := range t.filters {
		for i, v := range f.place {
			doubt[i] += f.weight * (f.doubt[i] + (v-place[i])*(v-place[i]))
		}
	}
	return place, doubt
}

// settle moves to where the minimum is believed to be. The least loss is had where the square of the dither is half the variance of the place. Its geometric mean over the
// filters is taken: an unlikely jump must not make the dither wide all the time.
func (t *Tracker) settle() {
	place, _ := t.belief()
	logs := 0.0
	for _, f := range t.filters {
		for i, v := range f.place {
			logs += f.weight * math.Log(f.doubt[i]+(v-place[i])*(v-place[i])+1e-300)
		}
	}
	for i := range t.at {
		t.at[i] = clamp(t.at[i]+clamp(place[i]-t.at[i], -trackerStep, trackerStep), 0, 1)
	}
	t.dither = clamp(math.Sqrt(math.Exp(logs/float64(len(t.at)))/2), trackerLeast, trackerMost)
}

// trackerState is the form in which a Tracker is kept.
type trackerState struct {
	At      []float64   `json:"at"`
	Pairs   int         `json:"pairs"`
	Noise   float64     `json:"noise"`
	Sum     float64     `json:"sum"`
	Dither  float64     `json:"dither"`
	Weights []float64   `json:"weights"`
	Places  [][]float64 `json:"places"`
	Doubts  [][]float64 `json:"doubts"`
}

// MarshalJSON returns the whole state.
func (t *Tracker) MarshalJSON() ([]byte, error) {
	s := trackerState{At: t.at, Pairs: t.pairs, Noise: t.noise, Sum: t.sum, Dither: t.dither}
	for _, f := range t.filters {
		s.Weights, s.Places, s.Doubts = append(s.Weights, f.weight), append(s.Places, f.place), append(s.Doubts, f.doubt)
	}
	return json.Marshal(s)
}

// UnmarshalJSON replaces the state, or changes nothing and returns ErrInvalidState.
func (t *Tracker) UnmarshalJSON(data []byte) error {
	var s trackerState
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("optimize: restore tracker: %w: %w", err, ErrInvalidState)
	}
	fresh := NewTracker(len(s.At))
	n := len(fresh.filters)
	if len(s.Weights) != n || len(s.Places) != n || len(s.Doubts) != n {
		return fmt.Errorf("optimize: restore tracker: filters do not fit: %w", ErrInvalidState)
	}
	for k := range fresh.filters {
		f := &fresh.filters[k]
		f.weight, f.place, f.doubt = s.Weights[k], s.Places[k], s.Doubts[k]
	}
	fresh.at, fresh.pairs, fresh.noise, fresh.sum, fresh.dither = s.At, s.Pairs, s.Noise, s.Sum, s.Dither
	if !fresh.valid(len(s.At)) {
		return fmt.Errorf("optimize: restore tracker: a number is out of range: %w", ErrInvalidState)
	}
	*t = *fresh
	return nil
}

// MarshalBinary returns the whole state.
func (t *Tracker) MarshalBinary() ([]byte, error) { return t.MarshalJSON() }

// UnmarshalBinary replaces the state, or changes nothing and returns ErrInvalidState.
func (t *Tracker) UnmarshalBinary(data []byte) error { return t.UnmarshalJSON(data) }

func (t *Tracker) valid(n int) bool {
	ok := len(t.at) == n && n > 0 && within(t.at, 0, 1) && t.pairs >= 0 && t.noise >= 0 && within([]float64{t.dither}, trackerLeast, trackerMost)
	total := 0.0
	for _, f := range t.filters {
		ok = ok && len(f.place) == n && len(f.doubt) == n && within(f.place, 0, 1) && within(f.doubt, 0, trackerDoubt) && f.weight >= 0
		total += f.weight
	}
	return ok && math.Abs(total-1) < 1e-6
}
