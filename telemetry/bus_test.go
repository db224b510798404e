// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type restarted struct{ Child string }

func (restarted) EventName() string { return "supervision.child_restarted" }

type started struct {
	Child string
	N     [8]int // large enough to be seen if it were allocated
}

func (started) EventName() string { return "process.started" }

func TestIdleEmitNeitherAllocatesNorBoxes(t *testing.T) {
	for name, bus := range map[string]*Bus{"nil bus": nil, "no subscriber": NewBus()} {
		n := 0
		allocs := testing.AllocsPerRun(1000, func() {
			n++
			Emit(bus, started{Child: "a", N: [8]int{n}})
		})
		assert.Zero(t, allocs, name)
		assert.False(t, bus.Active(), name)
	}
}

func TestInPlaceSubscribersSeeEveryEventOfTheirTypeBeforeEmitReturns(t *testing.T) {
	bus := NewBus()
	var restarts []string
	var all []string
	Subscribe(bus, "restarts", func(e restarted) { restarts = append(restarts, e.Child) })
	bus.SubscribeAll("all", func(e Event) { all = append(all, e.EventName()) })
	require.True(t, bus.Active())

	Emit(bus, restarted{"a"})
	Emit(bus, started{Child: "b"})
	Emit[Event](bus, restarted{"c"})
	Emit[Event](bus, nil)
	assert.Equal(t, []string{"a", "c"}, restarts)
	assert.Equal(t, []string{"supervision.child_restarted", "process.started", "supervision.child_restarted"}, all)
}

func TestSubscribersRunInTheOrderOfSubscription(t *testing.T) {
	bus := NewBus()
	var order []string
	bus.SubscribeAll("first", func(Event) { order = append(order, "first") })
	Subscribe(bus, "second", func(restarted) { order = append(order, "second") })
	bus.SubscribeAll("third", func(Event) { order = append(order, "third") })
	Emit(bus, restarted{})
	assert.Equal(t, []string{"first", "second", "third"}, order)
}

func TestCancelEndsOneSubscriptionAndTheLastMakesTheBusIdle(t *testing.T) {
	bus := NewBus()
	var a, b int
	cancelA := Subscribe(bus, "a", func(restarted) { a++ })
	cancelB := Subscribe(bus, "b", func(restarted) { b++ })
	Emit(bus, restarted{})
	cancelA()
	cancelA()
	Emit(bus, restarted{})
	assert.Equal(t, []int{1, 2}, []int{a, b})
	assert.True(t, bus.Active())
	cancelB()
	assert.False(t, bus.Active())
}

func TestSubscriberThatPanicsDisturbsNobody(t *testing.T) {
	bus := NewBus()
	var after int
	Subscribe(bus, "bad", func(restarted) { panic("no") })
	Subscribe(bus, "good", func(restarted) { after++ })
	Emit(bus, restarted{})
	Emit(bus, restarted{})
	assert.Equal(t, 2, after)
	assert.Equal(t, []SubscriberStats{{Name: "bad", Panics: 2}, {Name: "good"}}, bus.Stats())
}

func TestInPlaceCountIsExactUnderConcurrentEmittersAndSubscribers(t *testing.T) {
	const emitters, each = 8, 2000
	bus := NewBus()
	var count atomic.Int64
	Subscribe(bus, "count", func(restarted) { count.Add(1) })
	var wg sync.WaitGroup
	for range emitters {
		wg.Go(func() {
			for range each {
				Emit(bus, restarted{"x"})
			}
		})
		wg.Go(func() {
			for range 50 { // the table changes all the while
				Subscribe(bus, "other", func(started) {})()
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, emitters*each, count.Load())
}

func TestSubscribingToAnInterfaceIsAProgrammersError(t *testing.T) {
	assert.PanicsWithValue(t, `telemetry: subscribe "x": telemetry.Event is an interface, use SubscribeAll`, func() {
		Subscribe(NewBus(), "x", func(Event) {})
	})
}

func TestOriginLeavesOutWhatIsNotKnown(t *testing.T) {
	assert.Empty(t, Origin{}.Attrs())
	full := Origin{Node: "n", Path: "/a", Kind: "k", Incarnation: 3, Agent: "ag", Team: "t", Correlation: "c", Cause: "d"}
	got := fmt.Sprint(full.Attrs())
	assert.Equal(t, "[node=n path=/a kind=k incarnation=3 agent=ag team=t correlation=c cause=d]", got)
	// Every field but the time must reach the attributes: a new one is not forgotten.
	assert.Equal(t, reflect.TypeFor[Origin]().NumField()-1, len(full.Attrs()))
}

func BenchmarkEmit(b *testing.B) {
	b.Run("idle", func(b *testing.B) {
		bus := NewBus()
		b.ReportAllocs()
		for b.Loop() {
			Emit(bus, restarted{"x"})
		}
	})
	b.Run("one in place", func(b *testing.B) {
		bus := NewBus()
		var n atomic.Int64
		Subscribe(bus, "n", func(restarted) { n.Add(1) })
		b.ReportAllocs()
		for b.Loop() {
			Emit(bus, restarted{"x"})
		}
	})
}
