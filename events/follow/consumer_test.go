// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// settle lets everything happen that is due within a minute; it is for bubbles.
func settle() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

var errNo = errors.New("no")

// consume makes a consumer that notes the types it has seen; on what bad gives for a type it fails.
func (w *world) consume(s Spec, seen *[]string, bad func(typ string) error) *Consumer {
	w.Helper()
	c, err := NewConsumer(w.j, s, func(_ context.Context, e events.Event) error {
		*seen = append(*seen, e.Type)
		if bad == nil {
			return nil
		}
		return bad(e.Type)
	})
	require.NoError(w, err)
	return c
}

func (w *world) start(c *Consumer) actors.PID {
	w.Helper()
	pid, err := c.Start(w.sys)
	require.NoError(w, err)
	return pid
}

func (w *world) status(c *Consumer) Status {
	w.Helper()
	st, err := c.Status(w.Context())
	require.NoError(w, err)
	return st
}

func TestAConsumerGoesOnWhereItWasStopped(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		c := w.consume(Spec{Name: "n", Page: 2}, &seen, nil)
		w.append("a", "b", "c")
		pid := w.start(c)
		synctest.Wait()
		w.append("d")
		synctest.Wait()
		assert.Equal(t, Status{State: Following, Handled: 4, Saved: 4, Head: 4, Done: 4}, w.status(c))
		pid.Stop()
		_, err := pid.Await(t.Context())
		require.NoError(t, err)
		w.append("e")
		_, err = c.Status(t.Context())
		assert.ErrorIs(t, err, actors.ErrNoProc)
		w.start(c)
		synctest.Wait()
		assert.Equal(t, []string{"a", "b", "c", "d", "e"}, seen)
	})
}

func TestAStopInTheMiddleOfAPageRepeatsNothingAndAKillNoMoreThanThePage(t *testing.T) {
	for _, kill := range []bool{false, true} {
		t.Run(fmt.Sprint(kill), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				var seen []string
				c, err := NewConsumer(w.j, Spec{Name: "n", Page: 3}, func(c context.Context, e events.Event) error {
					seen = append(seen, e.Type)
					return w.sys.Sleep(c, time.Second)
				})
				require.NoError(t, err)
				w.append("a", "b", "c", "d")
				pid := w.start(c)
				time.Sleep(1500 * time.Millisecond) // b is in hand
				if kill {
					pid.Kill()
				} else {
					pid.Stop()
				}
				_, err = pid.Await(t.Context())
				require.NoError(t, err)
				w.start(c)
				settle()
				if kill {
					assert.Equal(t, []string{"a", "b", "a", "b", "c", "d"}, seen)
				} else {
					assert.Equal(t, []string{"a", "b", "b", "c", "d"}, seen, "b had not been handled")
				}
			})
		})
	}
}

func TestOneConsumerOfANameIsActive(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var one, two []string
		first, second := w.consume(Spec{Name: "n"}, &one, nil), w.consume(Spec{Name: "n"}, &two, nil)
		pid := w.start(first)
		_, err := second.Start(w.sys)
		require.ErrorIs(t, err, ErrConsumerActive)
		_, err = first.Start(w.sys)
		require.ErrorIs(t, err, ErrConsumerActive)
		w.append("a")
		synctest.Wait()
		assert.Equal(t, Following, w.status(first).State, "the refused start has not taken the handle")
		pid.Kill()
		_, err = pid.Await(t.Context())
		require.NoError(t, err)
		w.start(second)
		w.append("b")
		synctest.Wait()
		assert.Equal(t, []string{"a"}, one)
		assert.Equal(t, []string{"b"}, two)
	})
}

func TestAPoisonousEventIsGivenUpAndKept(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return errNo },
		"panic": func() error { panic(errNo) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				var seen []string
				c := w.consume(Spec{Name: "n", Retry: Retry{Attempts: 3, Initial: time.Second}}, &seen, func(typ string) error {
					if typ != "bad" {
						return nil
					}
					return fail()
				})
				var told []EventGivenUp
				defer telemetry.Subscribe(w.sys.Events(), "test", func(e EventGivenUp) { told = append(told, e) })()
				pid := w.start(c)
				w.append("a", "bad", "b")
				synctest.Wait()
				st := w.status(c)
				assert.Equal(t, Retrying, st.State)
				assert.ErrorIs(t, st.Err, errNo)
				settle()
				assert.Equal(t, []string{"a", "bad", "bad", "bad", "b"}, seen)
				assert.True(t, pid.Alive())
				st = w.status(c)
				assert.Equal(t, Status{Handled: 4, Saved: 4, Head: 4, Done: 2, GivenUp: 1, Failures: 3}, st)
				var dead []DeadLetter
				for e, err := range w.j.Read(t.Context(), "dead/n", 0) {
					require.NoError(t, err)
					var l DeadLetter
					require.NoError(t, json.Unmarshal(e.Data, &l))
					dead = append(dead, l)
				}
				require.Len(t, dead, 1)
				assert.Equal(t, events.Position(2), dead[0].Position)
				assert.Contains(t, dead[0].Error, "no")
				require.Len(t, told, 1)
				assert.ErrorIs(t, told[0].Err, errNo)
			})
		})
	}
}

// Two consumers of everything that fail at everything give up each event once: what the other gave up does not come to them.
func TestDeadEventsDoNotTravelInCircles(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen [2][]string
		for i, name := range []string{"n", "m"} {
			w.start(w.consume(Spec{Name: name, Retry: Retry{Attempts: 1}}, &seen[i], func(string) error { return errNo }))
		}
		w.append("a", "b")
		settle()
		head, err := w.j.Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, events.Position(6), head)
		assert.Equal(t, [2][]string{{"a", "b"}, {"a", "b"}}, seen)
		var audit []string
		w.start(w.consume(Spec{Name: "audit", Query: events.Query{Stream: "dead/n"}, Halt: true}, &audit, nil))
		synctest.Wait()
		assert.Equal(t, []string{DeadType, DeadType}, audit)
	})
}

func TestAHaltedConsumerStandsStillUntilItIsMoved(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		bad := true
		c := w.consume(Spec{Name: "n", Halt: true, Retry: Retry{Attempts: 2}}, &seen, func(typ string) error {
			if typ == "bad" && bad {
				return errNo
			}
			return nil
		})
		var told []ConsumerHalted
		defer telemetry.Subscribe(w.sys.Events(), "test", func(e ConsumerHalted) { told = append(told, e) })()
		w.start(c)
		w.append("a", "bad", "b")
		settle()
		st := w.status(c)
		var why *HaltError
		require.ErrorAs(t, st.Err, &why)
		assert.Equal(t, events.Position(2), why.Position)
		assert.ErrorIs(t, why, errNo)
		assert.Equal(t, Status{State: Halted, Handled: 1, Saved: 1, Head: 3, Done: 1, Failures: 2, Err: st.Err}, st)
		require.Len(t, told, 1)
		require.NoError(t, c.Move(t.Context(), why.Position+1))
		synctest.Wait()
		assert.Equal(t, []string{"a", "bad", "bad", "b"}, seen)
		bad = false
		for range 3 { // an idle consumer is moved back as well
			require.NoError(t, c.Move(t.Context(), 2))
			synctest.Wait()
		}
		assert.Equal(t, []string{"a", "bad", "bad", "b", "bad", "b", "bad", "b", "bad", "b"}, seen)
		require.NoError(t, c.Move(t.Context(), Now))
		w.append("c")
		synctest.Wait()
		assert.Equal(t, "c", seen[len(seen)-1])
		assert.Len(t, seen, 11)
		assert.Equal(t, Following, w.status(c).State)
	})
}

func TestAConsumerBehindRetentionHaltsAndGoesOnBehindTheHole(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		many := make([]events.New, 2000)
		for i := range many {
			many[i].Type = "a"
		}
		_, err := w.j.Append(t.Context(), "s", events.Any, many...)
		require.NoError(t, err)
		_, err = w.j.Remove(t.Context(), events.Removal{Stream: "s", Before: 11})
		require.NoError(t, err)
		var seen []string
		c := w.consume(Spec{Name: "n", From: 5}, &seen, nil)
		pid := w.start(c)
		settle()
		var gone *events.CompactedError
		require.ErrorAs(t, w.status(c).Err, &gone)
		assert.Empty(t, seen)
		assert.True(t, pid.Alive())
		require.NoError(t, c.Move(t.Context(), gone.First))
		settle()
		assert.Len(t, seen, 1990)
	})
}

func TestAConsumerThatBeginsNowKeepsItsBeginning(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		w.append("old")
		c := w.consume(Spec{Name: "n", From: Now}, &seen, nil)
		pid := w.start(c)
		synctest.Wait()
		pid.Kill()
		_, err := pid.Await(t.Context())
		require.NoError(t, err)
		w.append("new")
		w.start(c)
		synctest.Wait()
		assert.Equal(t, []string{"new"}, seen)
	})
}

func TestAConsumerThatNeverEndsHoldsNobodyUp(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		stuck, err := NewConsumer(w.j, Spec{Name: "stuck"}, func(c context.Context, _ events.Event) error { return w.sys.Sleep(c, -1) })
		require.NoError(t, err)
		w.start(stuck)
		w.start(w.consume(Spec{Name: "broken"}, &seen, func(string) error { panic("broken") }))
		var good []string
		c := w.consume(Spec{Name: "good"}, &good, nil)
		w.start(c)
		for range 100 {
			w.append("a")
		}
		synctest.Wait()
		assert.Len(t, good, 100)
		marks, err := w.j.Bookmarks(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []events.Bookmark{{Name: "broken"}, {Name: "good", Position: 100}, {Name: "stuck"}}, marks)
	})
}

func TestAConsumerWaitsForAJournalThatIsAway(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		w.append("a")
		w.sys.WhereIs("journal").Kill()
		synctest.Wait()
		c := w.consume(Spec{Name: "n"}, &seen, nil)
		pid := w.start(c)
		settle()
		st := w.status(c)
		assert.Equal(t, Saving, st.State)
		assert.ErrorIs(t, st.Err, actors.ErrNoProc)
		assert.Empty(t, seen)
		_, err := w.j.Start(w.sys)
		require.NoError(t, err)
		settle()
		assert.Equal(t, []string{"a"}, seen)
		w.sys.WhereIs("journal").Kill()
		settle()
		_, err = w.j.Start(w.sys)
		require.NoError(t, err)
		w.append("b")
		settle()
		assert.Equal(t, []string{"a", "b"}, seen)
		assert.True(t, pid.Alive())
	})
}

func TestAClosedStoreHaltsAConsumer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		c := w.consume(Spec{Name: "n"}, &seen, nil)
		w.start(c)
		synctest.Wait()
		require.NoError(t, w.store.Close())
		_, err := w.j.Append(t.Context(), "s", events.Any, events.New{Type: "a"})
		require.ErrorIs(t, err, events.ErrClosed)
		settle()
		ref, err := actors.Call(t.Context(), c.ref, func(r actors.Reply[Status]) Message { return look{r} })
		require.NoError(t, err)
		assert.Equal(t, Halted, ref.State)
		assert.ErrorIs(t, ref.Err, events.ErrClosed)
	})
}

func TestAJournalWithACatalogTakesDeadEventsOnceTheyAreRegistered(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(fmt.Sprint(known), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				catalog := events.NewCatalog()
				catalog.Untyped("order.")
				if known {
					require.NoError(t, Register(catalog))
				}
				w.j = events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{Name: "strict", Catalog: catalog})
				_, err := w.j.Start(w.sys)
				require.NoError(t, err)
				var seen []string
				c := w.consume(Spec{Name: "n", Retry: Retry{Attempts: 1}}, &seen, func(string) error { return errNo })
				w.start(c)
				w.append("order.placed")
				settle()
				st := w.status(c)
				if known {
					assert.Equal(t, uint64(1), st.GivenUp)
					return
				}
				assert.Equal(t, Halted, st.State)
				assert.ErrorIs(t, st.Err, events.ErrUnknownType)
			})
		})
	}
}

func TestASupervisorRestartsAConsumerThatIsKilledAndNoneThatFails(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var seen []string
		c := w.consume(Spec{Name: "n", Retry: Retry{Attempts: 2}}, &seen, func(typ string) error {
			if typ == "bad" {
				return errNo
			}
			return nil
		})
		sup, err := supervision.Start(w.sys, "sup", supervision.Spec{Children: []supervision.Child{
			supervision.Worker(c.Name(), c.Behavior, c.ProcessOptions()...),
		}})
		require.NoError(t, err)
		w.append("bad", "bad", "a")
		settle()
		first := sup.Child("n")
		assert.Equal(t, []string{"bad", "bad", "bad", "bad", "a"}, seen)
		first.Kill()
		synctest.Wait()
		w.append("b")
		synctest.Wait()
		assert.NotEqual(t, first, sup.Child("n"))
		assert.Equal(t, "b", seen[len(seen)-1])
	})
}
