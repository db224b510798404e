// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/telemetry/window"
)

// Other is the key under which a series counts what is beyond its bound of keys.
const Other = "other"

// shape is what kind of figures a series takes; the first figure decides.
type shape uint32

const (
	unshaped shape = iota
	values
	steps // a counter fed by steps
	totals
	levels // a gauge
)

// family is all series of one name.
type family struct {
	shape   atomic.Uint32
	keys    *xsync.Map[string, *series]
	count   atomic.Int64
	refused *atomic.Uint64
	beyond  *atomic.Uint64
}

// series is the figures of one key.
type series struct {
	mu struct {
		sync.Mutex
		values  window.Values
		counter window.Counter
		level   float64
		at      time.Time
	}
}

// families finds series by name and key.
type families struct {
	byName  *xsync.Map[string, *family]
	maxKeys int64
	refused atomic.Uint64 // figures
	beyond  atomic.Uint64 // figures that went to Other
}

func newFamilies(maxKeys int) *families {
	return &families{byName: xsync.NewMap[string, *family](), maxKeys: int64(maxKeys)}
}

// record adds a figure to a series. It reports false for a figure that the series cannot take.
func (f *families) record(now time.Time, name, key string, as shape, figure float64) bool {
	fam, ok := f.byName.Load(name)
	if !ok {
		fam, _ = f.byName.LoadOrStore(name, &family{keys: xsync.NewMap[string, *series](), refused: &f.refused, beyond: &f.beyond})
	}
	return fam.record(now, key, as, figure, f.maxKeys)
}

func (f *family) record(now time.Time, key string, as shape, figure float64, maxKeys int64) bool {
	if !f.shape.CompareAndSwap(uint32(unshaped), uint32(as)) && f.shape.Load() != uint32(as) {
		f.refused.Add(1)
		return false
	}
	s, ok := f.keys.Load(key)
	if !ok {
		s = f.add(key, maxKeys)
	}
	if !s.record(now, as, figure) {
		f.refused.Add(1)
		return false
	}
	return true
}

// add makes the series of a new key, or finds that of Other.
func (f *family) add(key string, maxKeys int64) *series {
	if key != Other && f.count.Add(1) > maxKeys {
		f.count.Add(-1)
		f.beyond.Add(1)
		key = Other
	}
	s, raced := f.keys.LoadOrStore(key, &series{})
	if raced && key != Other {
		f.count.Add(-1)
	}
	return s
}

func (s *series) record(now time.Time, as shape, figure float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch as {
	case values:
		return s.mu.values.Record(now, figure)
	case steps:
		return s.mu.counter.Add(now, figure)
	case totals:
		return s.mu.counter.Read(now, figure)
	case levels:
		if math.IsNaN(figure) || math.IsInf(figure, 0) {
			return false
		}
		s.mu.level, s.mu.at = figure, now
		return true
	case unshaped:
	}
	return false
}

// Reading is one key of a series, as it is at one moment.
type Reading struct {
	// Series and Key name it; the key is empty in a series without keys.
	Series, Key string
	// At is when something was last recorded.
	At time.Time
	// Last is the newest figure, Total the sum of a counter's steps, else 0.
	Last, Total float64
	// Windows are the figures of the last 10 s, 1 min and 5 min. A counter has Sum, which is its growth, and Covered; a gauge has none.
	Windows [3]window.Stats
	// Counter says that the series is a counter.
	Counter bool
}

// Growth returns by how much a counter grows in a second, over a window; for other series how often something is recorded.
func (r Reading) Growth(span window.Span) float64 {
	w := r.Windows[span]
	if !r.Counter {
		return w.Rate()
	}
	if w.Covered <= 0 {
		return 0
	}
	return w.Sum / w.Covered.Seconds()
}

// read returns the readings of a name, in the order of the keys.
func (f *families) read(now time.Time, name string) []Reading {
	fam, ok := f.byName.Load(name)
	if !ok {
		return nil
	}
	all := map[string]*series{}
	fam.keys.Range(func(key string, s *series) bool {
		all[key] = s
		return true
	})
	out := make([]Reading, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		r := all[key].read(now, shape(fam.shape.Load()))
		r.Series, r.Key = name, key
		out = append(out, r)
	}
	return out
}

func (s *series) read(now time.Time, as shape) (r Reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch as {
	case values:
		r.Last, r.At, _ = s.mu.values.Last()
		for _, span := range window.Spans() {
			r.Windows[span] = s.mu.values.Stats(now, span)
		}
	case steps, totals:
		r.Counter, r.At, r.Total, r.Last = true, s.mu.counter.Last(), s.mu.counter.Total(), s.mu.counter.Total()
		for _, span := range window.Spans() {
			r.Windows[span] = window.Stats{Sum: s.mu.counter.Increase(now, span), Covered: s.mu.counter.Covered(now, span)}
		}
	case levels:
		r.Last, r.At = s.mu.level, s.mu.at
	case unshaped:
	}
	return r
}

// names returns the names of all series, sorted.
func (f *families) names() []string {
	var out []string
	f.byName.Range(func(name string, _ *family) bool {
		out = append(out, name)
		return true
	})
	slices.Sort(out)
	return out
}
