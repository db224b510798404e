// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
)

// R8: an init of a supervisor that fails, declines or panics is the outcome of its start; nothing is left of it.
func TestASupervisorsOwnInitMayFail(t *testing.T) {
	for name, tc := range map[string]struct {
		init func(actors.PID) (supervision.Spec, error)
		want error
	}{
		"error":   {func(actors.PID) (supervision.Spec, error) { return supervision.Spec{}, errBoom }, errBoom},
		"panic":   {func(actors.PID) (supervision.Spec, error) { panic(errBoom) }, errBoom},
		"ignore":  {func(actors.PID) (supervision.Spec, error) { return supervision.Spec{}, actors.Ignore }, actors.ErrIgnore},
		"no spec": {func(actors.PID) (supervision.Spec, error) { return supervision.Spec{Strategy: 77}, nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				_, err := supervision.StartInit(w, "app", tc.init)
				require.Error(t, err)
				if tc.want != nil {
					assert.ErrorIs(t, err, tc.want)
				} else {
					assert.Equal(t, []string{"strategy"}, paths(t, err))
				}
				assert.True(t, w.WhereIs("app").IsZero())
				assert.Zero(t, w.Len())
				assert.Empty(t, w.told())
			})
		})
	}
}

// R28, R29: children that end by themselves while their supervisor stops, for whatever reason, do not disturb the stop.
func TestChildrenThatEndDuringAStopDoNotDisturbIt(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ends := map[string]error{"normal": actors.Stop, "shutdown": actors.StopShutdown, "shutdown: test": actors.StopWith("test"), "crash: boom": errBoom}
		specs := []supervision.Child{with(plain("first"), temporary)}
		for name, change := range restarts {
			for text := range ends {
				specs = append(specs, with(plain(name+" "+text), change))
			}
		}
		specs = append(specs, supervision.Worker("last", of(doer{init: trap, term: func(*cx, actors.Reason) error {
			time.Sleep(time.Second) // the stop is under way, and has come to nobody else
			return nil
		}})))
		sup := w.start(t, supervision.Spec{Children: specs})
		pids := map[string]actors.PID{}
		for _, c := range specs {
			pids[c.ID] = child(t, sup, c.ID)
		}
		sup.PID().Stop()
		time.Sleep(200 * time.Millisecond)
		for name := range restarts {
			for text, end := range ends {
				tell(t, pids[name+" "+text], func(*cx) error { return end })
			}
		}
		assert.Equal(t, exit.ReasonShutdown, awaited(t, sup.PID()))
		for name := range restarts {
			for text := range ends {
				assert.Equal(t, text, short(why(t, pids[name+" "+text])), name)
			}
		}
		assert.Equal(t, exit.ReasonShutdown, why(t, pids["first"]))
		assert.Equal(t, exit.ReasonShutdown, why(t, pids["last"]))
		for _, line := range w.told() {
			assert.NotContains(t, line, "restarting", "nobody comes back")
		}
	})
}

// awaited waits for the end of a process.
func awaited(t *testing.T, who actors.PID) actors.Reason {
	t.Helper()
	reason, err := who.Await(t.Context())
	require.NoError(t, err)
	return reason
}

// R19, R25: a member of a group that cannot be started again is tried until the intensity is used up; then the whole supervisor ends.
func TestAGroupThatCannotStartAgainIsGivenUp(t *testing.T) {
	for name, strategy := range map[string]supervision.Strategy{"one_for_all": supervision.OneForAll, "rest_for_one": supervision.RestForOne} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				starts := 0
				sup := w.start(t, supervision.Spec{
					Strategy: strategy, Intensity: supervision.Intensity{Max: 4},
					Children: []supervision.Child{plain("a"), starting("b", func(*cx) error {
						if starts++; starts > 1 {
							return errBoom
						}
						return nil
					})},
				})
				b := child(t, sup, "b")
				crash(t, child(t, sup, "a"))
				assert.Equal(t, exit.ReasonShutdown, why(t, b))
				assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
				assert.Equal(t, 1+4, starts, "the first start and four attempts")
				assert.Zero(t, w.Len())
			})
		})
	}
}

// R13, R20: a supervisor that is started again has the children of its spec, those that had been stopped included, and none of those that
// calls had added.
func TestARestartedSupervisorHasTheChildrenOfItsSpecOnly(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		inner := supervision.Spec{Intensity: supervision.Intensity{Max: 4}}
		full := inner
		full.Children = []supervision.Child{plain("child1"), plain("child2")}
		sup := w.start(t, supervision.Spec{Strategy: supervision.OneForAll, Intensity: inner.Intensity, Children: []supervision.Child{
			supervision.Sub("full", full), supervision.Sub("empty", inner), with(supervision.Sub("stopped", inner), transient),
		}})
		require.NoError(t, sup.TerminateChild(t.Context(), "stopped"))
		empty, starts := sub(t, sup, "empty"), 0
		_, err := empty.StartChild(t.Context(), starting("child3", func(*cx) error {
			if starts++; starts > 1 {
				return errBoom
			}
			return nil
		}))
		require.NoError(t, err)
		fourth, err := empty.StartChild(t.Context(), plain("child4"))
		require.NoError(t, err)

		first := child(t, sub(t, sup, "full"), "child1")
		crash(t, fourth)
		assert.Equal(t, []string{"child3 up", "child4 up"}, children(t, empty))
		assert.NotEqual(t, fourth, child(t, empty, "child4"))
		assert.Equal(t, first, child(t, sub(t, sup, "full"), "child1"), "nobody else is touched")

		crash(t, child(t, empty, "child3")) // which can never be started again: the whole tree is
		assert.False(t, empty.PID().Alive())
		assert.Equal(t, []string{"full up", "empty up", "stopped up"}, children(t, sup))
		assert.Equal(t, []string{"child1 up", "child2 up"}, children(t, sub(t, sup, "full")))
		assert.Empty(t, children(t, sub(t, sup, "empty")))
		assert.Empty(t, children(t, sub(t, sup, "stopped")))
	})
}

// waiter is the supervisor in whose turn a start function runs.
type waiter interface {
	AwaitExit(who actors.PID, d time.Duration) (ended bool, err error)
}

// startServer starts a worker under a name that is unique in the system. Its former self may still hold it, if that was not stopped but
// ends because its supervisor was killed.
func startServer(in actors.Spawner, _ any) (actors.PID, error) {
	for {
		ref, err := actors.SpawnLink(in, "server", of(doer{}))
		var taken *actors.NameTakenError
		if !errors.As(err, &taken) {
			return ref.PID(), err
		}
		if _, err := in.(waiter).AwaitExit(taken.Holder, -1); err != nil {
			return actors.PID{}, err
		}
	}
}

// R45, P9: a worker and a supervisor with names that are unique in the system come back under them, whatever ended them. When all is
// killed they are free for good.
func TestNamedProcessesComeBackUnderTheirNames(t *testing.T) {
	server := supervision.Child{ID: "child", Start: startServer}
	spec := supervision.Spec{Strategy: supervision.OneForAll, Intensity: supervision.Intensity{Max: 3, Within: time.Minute}}
	for name, end := range map[string]func(t *testing.T, middle *supervision.Supervisor, worker actors.PID){
		"supervisor killed": func(_ *testing.T, middle *supervision.Supervisor, _ actors.PID) { middle.PID().Kill() },
		"worker killed":     func(_ *testing.T, _ *supervision.Supervisor, worker actors.PID) { worker.Kill() },
		"worker leaves": func(t *testing.T, _ *supervision.Supervisor, worker actors.PID) {
			tell(t, worker, func(*cx) error { return actors.Stop })
		},
		"worker restarted": func(t *testing.T, middle *supervision.Supervisor, _ actors.PID) {
			require.NoError(t, middle.TerminateChild(t.Context(), "child"))
			_, err := middle.RestartChild(t.Context(), "child")
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				top := spec
				top.Children = []supervision.Child{{ID: "middle", Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
					low := spec
					low.Children = []supervision.Child{server}
					s, err := supervision.StartLink(in, "sup2", low)
					return s.PID(), err
				}}}
				sup := w.start(t, top)
				middle, worker := w.WhereIs("sup2"), w.WhereIs("server")
				require.True(t, worker.Alive())
				handle, err := supervision.Of(middle)
				require.NoError(t, err)
				end(t, handle, worker)
				synctest.Wait()
				assert.True(t, w.WhereIs("server").Alive())
				assert.NotEqual(t, worker, w.WhereIs("server"))
				assert.Equal(t, name == "supervisor killed", middle != w.WhereIs("sup2"))
				sup.PID().Kill()
				synctest.Wait()
				assert.True(t, w.WhereIs("sup2").IsZero())
				assert.True(t, w.WhereIs("server").IsZero())
			})
		})
	}
}

// R22, R23, R24, R25: between two attempts of a rest_for_one group its members are listed as they are, calls meet them so, and the child may
// be terminated or end with its supervisor.
func TestAGroupThatRestartsAnswersCalls(t *testing.T) {
	for _, how := range []string{"terminated", "its supervisor stops"} {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				failing, starts := make(chan struct{}), 0
				b := starting("b", func(*cx) error {
					if starts++; starts > 1 {
						<-failing
						return errBoom
					}
					return nil
				})
				sup := w.start(t, supervision.Spec{Strategy: supervision.RestForOne, Intensity: many, Children: []supervision.Child{plain("a"), b, plain("c")}})
				a := child(t, sup, "a")
				crash(t, child(t, sup, "b")) // now a restart is in hand
				var answers [7]error
				var list []supervision.ChildInfo
				var counts supervision.Counts
				ctx := t.Context()
				for i, call := range []func() error{
					func() error { _, err := sup.StartChild(ctx, b); return err },
					func() error { _, err := sup.RestartChild(ctx, "b"); return err },
					func() error { return sup.DeleteChild(ctx, "b") },
					func() (err error) { list, err = sup.Children(ctx); return err },
					func() (err error) { counts, err = sup.Count(ctx); return err },
				} {
					go func() { answers[i] = call() }()
					synctest.Wait() // each waits behind the one before, all of them before the next attempt
				}
				if how == "terminated" {
					go func() { answers[5] = sup.TerminateChild(ctx, "b") }()
				} else {
					sup.PID().Stop()
				}
				synctest.Wait()
				close(failing)
				synctest.Wait()
				for i, want := range []error{supervision.ErrAlreadyPresent, supervision.ErrRestarting, supervision.ErrRestarting, nil, nil, nil} {
					assert.True(t, errors.Is(answers[i], want), "call %d: %v", i, answers[i])
				}
				require.Len(t, list, 3)
				assert.Equal(t, []string{"c stopped", "b restarting", "a up"}, []string{
					list[0].ID + " " + list[0].Status.String(), list[1].ID + " " + list[1].Status.String(), list[2].ID + " " + list[2].Status.String(),
				})
				assert.Equal(t, supervision.Counts{Specs: 3, Active: 1, Workers: 3}, counts)
				if how == "terminated" {
					assert.Equal(t, []string{"a up", "b stopped", "c stopped"}, children(t, sup))
					assert.Equal(t, a, child(t, sup, "a"))
				} else {
					assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
				}
				assert.Equal(t, 2, starts, "its retries are over")
			})
		})
	}
}
