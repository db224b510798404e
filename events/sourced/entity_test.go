// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
	"mabeam.dev/events/memory"
	"mabeam.dev/telemetry"
)

// account is a machine: a balance, commands that change it, and an event for each unit, so that one command has several.
type account struct{}

type (
	balance struct{ Sum, Count int }
	changed struct{ By int }
)

var errPoor = errors.New("not enough money")

func (account) Decide(b balance, by int) ([]changed, error) {
	switch {
	case by == 666:
		panic("the machine is wrong")
	case b.Sum+by < 0:
		return nil, errPoor
	}
	var out []changed
	for ; by > 0; by-- {
		out = append(out, changed{1})
	}
	if by < 0 {
		out = append(out, changed{by})
	}
	return out, nil
}

func (account) Apply(b balance, e changed) balance {
	if e.By == -13 {
		panic("an unlucky number")
	}
	return balance{b.Sum + e.By, b.Count + 1}
}

type (
	entity  = Entity[balance, int, changed]
	options = Options[balance, int, changed]
)

// world is a journal in a bubble.
type world struct {
	*testing.T
	sys   *actors.System
	store *memory.Store
	j     *events.Journal
}

func bubble(t *testing.T, body func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, sys: actors.New(actors.Options{Events: telemetry.NewBus()}), store: memory.New(memory.Options{})}
		defer func() { require.NoError(t, w.sys.Close(context.Background())) }()
		w.j = events.NewJournal(w.store, events.JournalOptions{})
		_, err := w.j.Start(w.sys)
		require.NoError(t, err)
		body(t, w)
	})
}

// make makes an entity of the stream "acc" that is not started.
func (w *world) make(o options) *entity {
	w.Helper()
	o.Journal, o.Stream, o.Codec = w.j, "acc", JSON[changed]("account.changed")
	x, err := New(account{}, o)
	require.NoError(w, err)
	return x
}

func (w *world) start(x *entity) actors.PID {
	w.Helper()
	pid, err := x.Start(w.sys)
	require.NoError(w, err)
	return pid
}

func (w *world) again(x *entity, old actors.PID) actors.PID {
	w.Helper()
	old.Kill()
	_, err := old.Await(w.Context())
	require.NoError(w, err)
	return w.start(x)
}

func (w *world) view(x *entity) View[balance] {
	w.Helper()
	v, err := x.View(w.Context())
	require.NoError(w, err)
	return v
}

func id(n int) events.ID { return events.ID{1, byte(n >> 8), byte(n)} }

func TestACommandIsStoredThenAppliedThenAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var effects []int
		x := w.make(options{Effect: func(_ context.Context, e changed) { effects = append(effects, e.By) }})
		pid := w.start(x)
		done, err := x.Do(t.Context(), id(1), 3)
		require.NoError(t, err)
		assert.Equal(t, Done[changed]{Events: []changed{{1}, {1}, {1}}, Version: 3}, done)
		assert.Equal(t, []int{1, 1, 1}, effects)
		done, err = x.Do(t.Context(), id(2), 0)
		require.NoError(t, err)
		assert.Equal(t, Done[changed]{Version: 3}, done)
		_, err = x.Do(t.Context(), id(3), -4)
		assert.ErrorIs(t, err, errPoor)
		_, err = x.Do(t.Context(), id(4), 666)
		assert.ErrorContains(t, err, "the machine is wrong")
		_, err = x.Do(t.Context(), events.ID{}, 1)
		assert.ErrorIs(t, err, ErrOptions)
		want := View[balance]{Phase: Ready, State: balance{3, 3}, Version: 3}
		assert.Equal(t, want, w.view(x))
		w.again(x, pid)
		synctest.Wait()
		assert.Equal(t, want, w.view(x))
		assert.Len(t, effects, 3, "no effect comes again")
	})
}

func TestARepeatedCommandGetsTheSameAnswer(t *testing.T) {
	for _, remember := range []int{0, 1} { // remembered and not
		t.Run(fmt.Sprint(remember), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				x := w.make(options{Remember: remember, SnapshotEvery: 2})
				pid := w.start(x)
				first, err := x.Do(t.Context(), id(1), 3)
				require.NoError(t, err)
				_, err = x.Do(t.Context(), id(2), -2)
				require.NoError(t, err)
				first.Repeated = true
				for range 2 {
					got, err := x.Do(t.Context(), id(1), 3)
					require.NoError(t, err)
					assert.Equal(t, first, got)
					got, err = x.Do(t.Context(), id(1), 1) // one id is one command, whatever it says
					require.NoError(t, err)
					assert.Equal(t, Done[changed]{Events: first.Events[:len(got.Events)], Version: got.Version, Repeated: true}, got)
					got, err = x.Do(t.Context(), id(1), 4)
					require.NoError(t, err)
					assert.Equal(t, first, got)
					pid = w.again(x, pid)
				}
				synctest.Wait()
				assert.Equal(t, balance{1, 4}, w.view(x).State)
			})
		})
	}
}

func TestAnAppendWithoutAnAnswerIsSentAgainAndStoredOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		x := w.make(options{Waiting: 2})
		w.start(x)
		synctest.Wait()
		w.sys.WhereIs("journal").Kill()
		synctest.Wait()
		errs := make(chan error, 4)
		for i := range 4 {
			go func() { // the test waits for it by receiving
				_, err := x.Do(t.Context(), id(i), 1)
				errs <- err
			}()
			synctest.Wait()
		}
		assert.ErrorIs(t, <-errs, ErrBusy, "one is in hand and two wait")
		assert.Equal(t, Persisting, w.view(x).Phase)
		time.Sleep(time.Minute)
		_, err := w.j.Start(w.sys)
		require.NoError(t, err)
		for range 3 {
			assert.NoError(t, <-errs)
		}
		assert.Equal(t, View[balance]{Phase: Ready, State: balance{3, 3}, Version: 3}, w.view(x))
	})
}

func TestAnEntityEndsWhenSomebodyElseWritesToItsStream(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var told []EntityFenced
		defer telemetry.Subscribe(w.sys.Events(), "test", func(e EntityFenced) { told = append(told, e) })()
		x := w.make(options{})
		pid := w.start(x)
		_, err := x.Do(t.Context(), id(1), 1)
		require.NoError(t, err)
		_, err = w.j.Append(t.Context(), "acc", events.Any, events.New{Type: "account.changed", Data: []byte(`{"By":5}`)})
		require.NoError(t, err)
		_, err = x.Do(t.Context(), id(2), 1)
		require.ErrorIs(t, err, ErrFenced)
		require.ErrorIs(t, err, events.ErrVersion)
		why, err := pid.Await(t.Context())
		require.NoError(t, err)
		assert.False(t, why.Abnormal())
		term, _ := why.Term()
		assert.Equal(t, ErrFenced, term)
		assert.Len(t, told, 1)
		w.start(x)
		synctest.Wait()
		assert.Equal(t, balance{6, 2}, w.view(x).State)
	})
}

func TestEventsThatCannotBeAppliedQuarantineAndNothingElse(t *testing.T) {
	for name, bad := range map[string]events.New{
		"apply panics": {Type: "account.changed", Data: []byte(`{"By":-13}`)},
		"not decoded":  {Type: "account.changed", Data: []byte(`{`)},
		"unknown type": {Type: "account.closed"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				_, err := w.j.Append(t.Context(), "acc", events.Any, events.New{Type: "account.changed", Data: []byte(`{"By":5}`)}, bad)
				require.NoError(t, err)
				x := w.make(options{})
				pid := w.start(x)
				_, err = x.Do(t.Context(), id(1), 1)
				var q *QuarantinedError
				require.ErrorAs(t, err, &q)
				assert.ErrorIs(t, err, ErrQuarantined)
				assert.Equal(t, events.Version(1), q.Version)
				_, err = x.Do(t.Context(), id(2), 1)
				assert.ErrorIs(t, err, ErrQuarantined)
				assert.True(t, pid.Alive())
				assert.Equal(t, Quarantined, w.view(x).Phase)
			})
		})
	}
	bubble(t, func(t *testing.T, w *world) {
		x := w.make(options{})
		w.start(x)
		_, err := x.Do(t.Context(), id(1), 13)
		require.NoError(t, err)
		_, err = x.Do(t.Context(), id(2), -13)
		assert.ErrorIs(t, err, ErrQuarantined)
		assert.Equal(t, balance{13, 13}, w.view(x).State)
	})
}

// full is a store without space while it is told so.
type full struct {
	*memory.Store
	err error
}

func (f *full) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Store.AppendGroup(ctx, group)
}

func TestARefusedAppendChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		disk := &full{Store: memory.New(memory.Options{})}
		w.j = events.NewJournal(disk, events.JournalOptions{Name: "full"})
		_, err := w.j.Start(w.sys)
		require.NoError(t, err)
		x := w.make(options{})
		w.start(x)
		synctest.Wait()
		disk.err = events.ErrNoSpace
		_, err = x.Do(t.Context(), id(1), 1)
		assert.ErrorIs(t, err, events.ErrNoSpace)
		assert.Equal(t, View[balance]{Phase: Ready}, w.view(x))
		disk.err = nil
		done, err := x.Do(t.Context(), id(1), 1)
		require.NoError(t, err)
		assert.False(t, done.Repeated)
	})
}

func TestASnapshotShortensTheReplayAndIsWhatAReplayGives(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		x := w.make(options{SnapshotEvery: 5})
		pid := w.start(x)
		for i := range 6 {
			_, err := x.Do(t.Context(), id(i), 2)
			require.NoError(t, err)
			synctest.Wait()
		}
		snap, ok, err := w.j.Snapshot(t.Context(), "acc")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, events.Version(12), snap.Version)
		assert.NoError(t, x.Verify(t.Context()))
		pid = w.again(x, pid)
		synctest.Wait()
		want := View[balance]{Phase: Ready, State: balance{12, 12}, Version: 12}
		assert.Equal(t, want, w.view(x))

		snap.State = []byte(`{"state":{"Sum":99},"sum":"AA=="}`)
		require.NoError(t, w.j.PutSnapshot(t.Context(), snap))
		assert.ErrorIs(t, x.Verify(t.Context()), ErrDiverged)
		w.again(x, pid)
		synctest.Wait()
		assert.Equal(t, want, w.view(x), "a snapshot that is not what was put into it is passed over")
	})
}

func TestAnOutboxSendsWhatWasStoredAtLeastOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		x := w.make(options{})
		w.start(x)
		var sent []events.ID
		broken := true
		out, err := x.Outbox(follow.Spec{}, func(_ context.Context, id events.ID, _ changed) error {
			if broken {
				return errors.New("the line is down")
			}
			sent = append(sent, id)
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, "outbox/acc", out.Name())
		pid, err := out.Start(w.sys)
		require.NoError(t, err)
		_, err = x.Do(t.Context(), id(1), 2)
		require.NoError(t, err)
		synctest.Wait()
		pid.Kill()
		synctest.Wait()
		broken = false
		_, err = out.Start(w.sys)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []events.ID{eventID("acc", id(1), 0), eventID("acc", id(1), 1)}, sent)
	})
}

func TestOptionsReportAllThatIsMissing(t *testing.T) {
	_, err := New[balance, int, changed](nil, options{Waiting: -1})
	require.ErrorIs(t, err, ErrOptions)
	for _, what := range []string{"no machine", "no journal", "no codec", "not the name", "negative"} {
		assert.ErrorContains(t, err, what)
	}
}

func TestAJournalWithACatalogLetsARegisteredEntityRecover(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(fmt.Sprint(known), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				catalog := events.NewCatalog()
				catalog.Untyped("account.")
				if known {
					require.NoError(t, Register(catalog))
				}
				w.j = events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{Name: "strict", Catalog: catalog})
				_, err := w.j.Start(w.sys)
				require.NoError(t, err)
				x := w.make(options{})
				w.start(x)
				_, err = x.Do(t.Context(), id(1), 1)
				if known {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, events.ErrUnknownType)
				}
			})
		})
	}
}
