// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// world is a journal with a bus in a bubble, under a supervisor.
type world struct {
	*testing.T
	sys  *actors.System
	j    *events.Journal
	bus  *Bus
	lags int // SubscriberLags events, read when the bubble is idle
}

func bubble(t *testing.T, body func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		told := telemetry.NewBus()
		w := &world{T: t, sys: actors.New(actors.Options{Events: told})}
		defer func() { require.NoError(t, w.sys.Close(context.Background())) }()
		w.j = events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		w.bus = New(w.j, Options{})
		defer telemetry.Subscribe(told, "test", func(SubscriberLags) { w.lags++ })()
		_, err := supervision.Start(w.sys, "node", supervision.Spec{
			Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 10, Within: time.Second},
			Children: []supervision.Child{
				supervision.Worker(w.j.Name(), w.j.Behavior, w.j.ProcessOptions()...),
				supervision.Worker(w.bus.Name(), w.bus.Behavior, w.bus.ProcessOptions()...),
			},
		})
		require.NoError(t, err)
		body(t, w)
	})
}

func (w *world) append(stream events.Stream, types ...string) {
	w.Helper()
	for _, typ := range types {
		_, err := w.j.Append(w.Context(), stream, events.Any, events.New{Type: typ, Data: []byte("data")})
		require.NoError(w, err)
		synctest.Wait() // or the bus would sometimes hand on two at once
	}
}

// came is the subscriber's message.
type came struct {
	b   Batch
	err error
}

// reader is a subscriber; what it is to do with each answer is up to the test.
type reader struct {
	bus  *Bus
	spec Spec
	took func(c *actors.Context[came], sub *Subscription, m came) error
	sub  *Subscription
}

func (r *reader) Init(c *actors.Context[came]) (err error) {
	if r.sub, err = Subscribe(c, r.bus, r.spec); err != nil {
		return err
	}
	r.ask(c)
	return nil
}

func (r *reader) ask(c *actors.Context[came]) {
	Ask(c, r.sub, func(b Batch, err error) came { return came{b, err} })
}

func (r *reader) Receive(c *actors.Context[came], m came) error {
	if err := r.took(c, r.sub, m); err != nil {
		return err
	}
	r.ask(c)
	return nil
}

// log is what a subscriber was told: positions of events, and gaps.
type log struct {
	seen []events.Position
	gaps []Gap
}

func (l *log) note(m came) error {
	if m.err != nil {
		return m.err
	}
	if !m.b.Gap.IsZero() {
		l.gaps = append(l.gaps, m.b.Gap)
	}
	for _, e := range m.b.Events {
		l.seen = append(l.seen, e.Position)
	}
	return nil
}

func (w *world) reader(name string, spec Spec, took func(c *actors.Context[came], sub *Subscription, m came) error) actors.PID {
	w.Helper()
	ref, err := actors.Spawn(w.sys, name, func() actors.Behavior[came] { return &reader{bus: w.bus, spec: spec, took: took} })
	require.NoError(w, err)
	synctest.Wait()
	return ref.PID()
}

func noting(l *log) func(*actors.Context[came], *Subscription, came) error {
	return func(_ *actors.Context[came], _ *Subscription, m came) error { return l.note(m) }
}

func TestSubscribersGetWhatTheirPatternsSelectFromNowOn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.append("work/a", "work.done")
		var all, work, failed, streams log
		w.reader("all", Spec{}, noting(&all))
		w.reader("work", Spec{Types: "work.*"}, noting(&work))
		w.reader("failed", Spec{Types: "*.failed", Streams: "work/>"}, noting(&failed))
		w.reader("streams", Spec{Streams: "work/*"}, noting(&streams))
		w.append("work/a", "work.done", "task.failed", "work.done.late") // 2, 3, 4
		w.append("work/a/b", "task.failed")                              // 5
		w.append("money", "task.failed", "work.paid")                    // 6, 7
		assert.Equal(t, []events.Position{2, 3, 4, 5, 6, 7}, all.seen)
		assert.Equal(t, []events.Position{2, 7}, work.seen)
		assert.Equal(t, []events.Position{3, 5}, failed.seen)
		assert.Equal(t, []events.Position{2, 3, 4}, streams.seen)
		assert.Empty(t, all.gaps)
		assert.Zero(t, w.lags)
	})
}

func TestASlowSubscriberLosesItsOldestEventsAndIsToldWhichAndNobodyElseDoes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var slow, quick log
		w.reader("quick", Spec{}, noting(&quick))
		w.reader("slow", Spec{Events: 3}, func(c *actors.Context[came], _ *Subscription, m came) error {
			err := slow.note(m)
			return errors.Join(err, c.System().Sleep(c, time.Minute))
		})
		w.append("s", "a", "a", "a", "a", "a", "a") // the first is in hand, 2 and 3 go
		assert.Len(t, quick.seen, 6)
		assert.Equal(t, 1, w.lags, "one notice for one gap")
		st, err := w.bus.Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, SubscriberStatus{Owner: "/slow", Waiting: 3, Given: 1, Dropped: 2}, st.Subscribers[1])
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []Gap{{2, 3}}, slow.gaps)
		assert.Equal(t, []events.Position{1, 4, 5, 6}, slow.seen)
		assert.Empty(t, quick.gaps)
	})
}

func TestASubscriberThatNeverAsksAgainHoldsNoMoreThanItsBound(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.reader("stuck", Spec{Events: 4}, func(c *actors.Context[came], _ *Subscription, _ came) error {
			return c.System().Sleep(c, -1)
		})
		for range 100 {
			w.append("s", "a")
		}
		st, err := w.bus.Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 4, st.Subscribers[0].Waiting)
		assert.Equal(t, uint64(95), st.Subscribers[0].Dropped)
		assert.Equal(t, events.Position(100), st.At)
	})
}

func TestTheBytesThatWaitAreBoundedAndOneEventAlwaysFits(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var l log
		w.reader("slow", Spec{Bytes: 1}, func(c *actors.Context[came], _ *Subscription, m came) error {
			err := l.note(m)
			return errors.Join(err, c.System().Sleep(c, time.Minute))
		})
		w.append("s", "a", "a", "a", "a")
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		assert.Equal(t, []events.Position{1, 4}, l.seen)
		assert.Equal(t, []Gap{{2, 3}}, l.gaps)
	})
}

func TestASubscriberThatCrashesIsForgottenAndNobodyElseNoticesIt(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var quick log
		w.reader("quick", Spec{}, noting(&quick))
		w.reader("bad", Spec{}, func(*actors.Context[came], *Subscription, came) error { panic("as told") })
		w.append("s", "a", "a", "a")
		assert.Equal(t, []events.Position{1, 2, 3}, quick.seen)
		st, err := w.bus.Status(t.Context())
		require.NoError(t, err)
		require.Len(t, st.Subscribers, 1)
		assert.Equal(t, "/quick", st.Subscribers[0].Owner)
	})
}

func TestWhatASubscriberGetsIsItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		spoil := func(texts *[]string) func(*actors.Context[came], *Subscription, came) error {
			return func(_ *actors.Context[came], _ *Subscription, m came) error {
				for _, e := range m.b.Events {
					*texts = append(*texts, string(e.Data))
					clear(e.Data)
				}
				return nil
			}
		}
		var a, b []string // of two processes, which may run at once
		w.reader("a", Spec{}, spoil(&a))
		w.reader("b", Spec{}, spoil(&b))
		w.append("s", "a")
		assert.Equal(t, []string{"data"}, a)
		assert.Equal(t, []string{"data"}, b)
	})
}

func TestTheBusComesBackWithAGapForWhatCameMeanwhile(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var l log
		w.reader("a", Spec{}, noting(&l))
		w.append("s", "a", "a")
		w.bus.pid.Load().Kill()
		_, err := w.j.Append(t.Context(), "s", events.Any, events.New{Type: "a"}, events.New{Type: "a"})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		synctest.Wait()
		w.append("s", "a")
		assert.Equal(t, []events.Position{1, 2, 5}, keep(l))
		for p := events.Position(1); p <= 5; p++ {
			assert.True(t, l.accounts(p), "position %d", p)
		}
	})
}

// keep gives what was seen outside of the gaps' range and, of that, what must have been.
func keep(l log) (out []events.Position) {
	for _, p := range l.seen {
		if p != 3 && p != 4 { // the new incarnation may have begun before or behind them
			out = append(out, p)
		}
	}
	return out
}

// accounts reports whether an event was given or lay in a gap.
func (l log) accounts(p events.Position) bool {
	for _, s := range l.seen {
		if s == p {
			return true
		}
	}
	for _, g := range l.gaps {
		if p >= g.From && p <= g.To {
			return true
		}
	}
	return false
}

func TestALateSubscriberGetsRecentEventsAndAGapWhereTheyDoNotReachBack(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for range recentEvents + 10 {
			w.append("s", "a")
		}
		var far, near log
		w.reader("far", Spec{After: 2, Page: 1000}, noting(&far))
		w.reader("near", Spec{After: recentEvents}, noting(&near))
		assert.Equal(t, []Gap{{3, 10}}, far.gaps)
		assert.Len(t, far.seen, recentEvents)
		assert.Empty(t, near.gaps)
		assert.Len(t, near.seen, 10)
	})
}

func TestASecondQuestionIsRefusedWhileTheFirstIsOpen(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var second error
		asked := false
		w.reader("a", Spec{}, func(c *actors.Context[came], sub *Subscription, m came) error {
			if m.err != nil {
				second = m.err
				return c.System().Sleep(c, -1)
			}
			if !asked {
				asked = true
				Ask(c, sub, func(b Batch, err error) came { return came{b, err} })
			}
			return nil
		})
		w.append("s", "a")
		assert.ErrorIs(t, second, ErrAsked)
	})
}

func TestAMalformedPatternIsRefusedAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, err := actors.Spawn(w.sys, "a", func() actors.Behavior[came] {
			return &reader{bus: w.bus, spec: Spec{Types: "a.>.b", Streams: "x//y"}}
		})
		assert.ErrorContains(t, err, `types "a.>.b": token 2`)
		assert.ErrorContains(t, err, `streams "x//y": token 2: empty`)
	})
}
