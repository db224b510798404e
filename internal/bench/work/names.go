// SPDX-License-Identifier: Apache-2.0

package work

import (
	"strconv"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
)

// Lookup finds keys, over and over, in something that holds many; Bare does the same in a bare concurrent map with the same keys.
type Lookup struct {
	Find, Bare Run
	// Allocations counts those of one Find.
	Allocations func() float64
	// Close ends the system that is searched.
	Close func()
}

// hot is how many keys a Lookup finds in turn. They are spread over all that there are, and so few that the processor's caches hold what
// leads to them, pages included: what is left is the cost of the search and not that of memory.
const hot = 128

// lookup makes the Runs of finding keys; each function reports whether the key was there.
func lookup[K any](keys []K, closing func(), find, bare func(K) bool) *Lookup {
	spread := make([]K, min(hot, len(keys)))
	for i := range spread {
		spread[i] = keys[i*(len(keys)/len(spread))]
	}
	run := func(find func(K) bool) Run {
		return func(n int) time.Duration {
			found := 0
			d := Timed(func() {
				at := 0
				for range n {
					if find(spread[at]) {
						found++
					}
					if at++; at == len(spread) {
						at = 0
					}
				}
			})
			if found != n {
				panic("work: a key that is there was not found")
			}
			return d
		}
	}
	return &Lookup{
		Find: run(find), Bare: run(bare), Close: closing,
		Allocations: func() float64 { return Allocations(10_000, func() { find(spread[0]) }) },
	}
}

// Names looks for processes by the names that they are registered under, n of them alive.
func Names(n int) *Lookup {
	sys := actors.New(actors.Options{})
	names := make([]string, n)
	bare := xsync.NewMap[string, actors.PID]()
	start := actors.Stateless(func(*actors.Context[*Item], *Item) error { return nil })
	for i := range names {
		names[i] = "name-" + strconv.Itoa(i)
		bare.Store(names[i], actors.MustSpawn(sys, names[i], start).PID())
	}
	return lookup(names, func() { closed(sys) },
		func(name string) bool { return !sys.WhereIs(name).IsZero() },
		func(name string) bool {
			pid, ok := bare.Load(name)
			return ok && !pid.IsZero()
		})
}
