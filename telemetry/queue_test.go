// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func children(t *testing.T, q *Queue) []string {
	t.Helper()
	var out []string
	require.NoError(t, q.Run(t.Context(), func(e Event) {
		switch e := e.(type) {
		case restarted:
			out = append(out, e.Child)
		case EventsLost:
			out = append(out, fmt.Sprintf("lost %d of %s", e.Count, e.Subscriber))
		}
	}))
	return out
}

func TestFullQueueDropsTheNewAndShowsTheGapInItsPlace(t *testing.T) {
	bus := NewBus()
	q := bus.Queue(QueueOptions{Name: "log", Size: 2})
	for _, child := range []string{"a", "b", "c", "d"} {
		Emit(bus, restarted{child})
	}
	e, err := q.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, restarted{"a"}, e)
	Emit(bus, restarted{"e"})
	Emit(bus, restarted{"f"})
	assert.Equal(t, []SubscriberStats{{Name: "log", Queued: true, Lost: 3, Depth: 2, Capacity: 2}}, bus.Stats())
	q.Close()
	q.Close()
	Emit(bus, restarted{"g"})
	assert.Equal(t, []string{"b", "lost 2 of log", "e", "lost 1 of log"}, children(t, q))
	_, err = q.Next(t.Context())
	require.ErrorIs(t, err, ErrClosed)
	assert.EqualValues(t, 3, q.Lost())
}

func TestQueueAcceptsWhatItsFilterAccepts(t *testing.T) {
	bus := NewBus()
	q := bus.Queue(QueueOptions{Name: "some", Accept: func(e Event) bool { return e == Event(restarted{"b"}) }})
	Emit(bus, restarted{"a"})
	Emit(bus, restarted{"b"})
	q.Close()
	assert.Equal(t, []string{"b"}, children(t, q))
}

func TestNextWaitsForAnEventTheEndOfItsContextOrTheClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := NewBus()
		q := bus.Queue(QueueOptions{Name: "q"})
		type answer struct {
			e   Event
			err error
		}
		answers := make(chan answer)
		ask := func(ctx context.Context) {
			go func() { // the test waits for the answer
				e, err := q.Next(ctx)
				answers <- answer{e, err}
			}()
			synctest.Wait()
		}
		ask(t.Context())
		Emit(bus, restarted{"late"})
		assert.Equal(t, answer{e: restarted{"late"}}, <-answers)

		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		ask(ctx)
		cancel(why)
		assert.Equal(t, answer{err: why}, <-answers)

		ask(t.Context())
		q.Close()
		assert.Equal(t, answer{err: ErrClosed}, <-answers)
	})
}

// The naive model is a slice that is cut at the bound: nothing that was taken in may get lost or change its place, and what
// was not is counted between its neighbours.
func TestQueueAgreesWithANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 4).Draw(t, "size")
		bus := NewBus()
		q := bus.Queue(QueueOptions{Name: "q", Size: size})
		var model []string // what the reader must see, with "lost" once for every dropped event
		queued, n := 0, 0
		var got []string
		read := func() bool {
			e, err := q.Next(context.Background())
			if err != nil {
				return false
			}
			switch e := e.(type) {
			case restarted:
				got = append(got, e.Child)
				queued--
			case EventsLost:
				for range e.Count {
					got = append(got, "lost")
				}
			}
			return true
		}
		for _, emit := range rapid.SliceOf(rapid.Bool()).Draw(t, "steps") {
			if !emit {
				if queued > 0 {
					read()
				}
				continue
			}
			n++
			name := fmt.Sprint(n)
			Emit(bus, restarted{name})
			if queued < size+inHand(q) {
				model = append(model, name)
				queued++
			} else {
				model = append(model, "lost")
			}
		}
		q.Close()
		for read() {
		}
		if strings.Join(model, " ") != strings.Join(got, " ") {
			t.Fatalf("expected %v, got %v", model, got)
		}
	})
}

// inHand is 1 while the reader has been shown a gap and not yet the event behind it: that event has left its place in the
// queue, and the model still counts it.
func inHand(q *Queue) int {
	if q.next != nil {
		return 1
	}
	return 0
}

func TestEventsAreLoggedAtTheirLevelWithTheirAttributes(t *testing.T) {
	var out strings.Builder
	write := LogTo(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	write(restarted{"a"})
	write(EventsLost{Subscriber: "s", Count: 3})
	assert.Equal(t, "level=DEBUG msg=supervision.child_restarted\nlevel=WARN msg=system.events_lost subscriber=s count=3\n", out.String())
}
