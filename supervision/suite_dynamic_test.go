// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

func permanent(c *supervision.Child) { c.Restart = supervision.Permanent }

// restarts are the restart types by their changes of a spec.
var restarts = map[string]func(c *supervision.Child){"temporary": temporary, "transient": transient, "permanent": permanent}

// R5: a dynamic child that chose not to start is none, whatever its restart type; the supervisor can still be stopped in order.
func TestAnIgnoringDynamicStartIsNoChild(t *testing.T) {
	for name, change := range restarts {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := dynamic(t, w, saying(w), change)
				pid, err := sup.StartDynamic(t.Context(), "no")
				require.NoError(t, err)
				assert.True(t, pid.IsZero())
				second, err := sup.StartDynamic(t.Context(), "yes")
				require.NoError(t, err)
				infos, err := sup.Children(t.Context())
				require.NoError(t, err)
				require.Len(t, infos, 1)
				assert.Equal(t, second, infos[0].PID)
				counts, err := sup.Count(t.Context())
				require.NoError(t, err)
				assert.Equal(t, supervision.Counts{Specs: 1, Active: 1, Workers: 1}, counts)
				sup.PID().Stop()
				assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
			})
		})
	}
}

// R3, R29: dynamic children may answer their stop with any reason; the supervisor ends with shutdown all the same.
func TestDynamicChildrenMayAnswerTheirStopWithAnyReason(t *testing.T) {
	answers := map[string]error{"normal": actors.Stop, "shutdown": actors.StopShutdown, "shutdown: test": actors.StopWith("test"), "crash: boom": errBoom}
	for name, change := range restarts {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := dynamic(t, w, func(answer error) actors.Behavior[do] {
					return &doer{init: trap, term: func(*cx, actors.Reason) error { return answer }}
				}, change)
				pids := map[string]actors.PID{}
				for text, answer := range answers {
					pid, err := sup.StartDynamic(t.Context(), answer)
					require.NoError(t, err)
					pids[text] = pid
				}
				sup.PID().Stop()
				assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
				for text, pid := range pids {
					assert.Equal(t, text, short(why(t, pid)))
				}
			})
		})
	}
}

// R19, R21: a dynamic child that cannot be started again is tried until the intensity is used up; its siblings are then stopped.
func TestADynamicChildThatCannotStartAgainIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		starts := 0
		sup := w.start(t, supervision.Spec{
			Strategy: supervision.SimpleOneForOne, Intensity: supervision.Intensity{Max: 4},
			Children: []supervision.Child{supervision.Template("t", func(fails bool) actors.Behavior[do] {
				return &doer{init: func(*cx) error {
					if !fails {
						return nil
					}
					if starts++; starts > 1 {
						return errBoom
					}
					return nil
				}}
			})},
		})
		failing, err := sup.StartDynamic(t.Context(), true)
		require.NoError(t, err)
		sibling, err := sup.StartDynamic(t.Context(), false)
		require.NoError(t, err)
		crash(t, failing)
		assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
		assert.Equal(t, exit.ReasonShutdown, why(t, sibling))
		assert.Equal(t, 1+4, starts, "the first start and four attempts")
	})
}

// R41: what is counted follows the children as they start and end, workers and supervisors alike.
func TestCountsFollowDynamicChildren(t *testing.T) {
	const n = 200
	for name, template := range map[string]supervision.Child{
		"workers": supervision.Template("t", func(int) actors.Behavior[do] { return &doer{} }), "supervisors": supervision.Sub("t", supervision.Spec{}),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				template.Restart = supervision.Temporary
				sup := w.start(t, supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{template}})
				check := func(want int) []supervision.ChildInfo {
					synctest.Wait()
					counts, err := sup.Count(t.Context())
					require.NoError(t, err)
					all := supervision.Counts{Specs: 1, Active: want, Workers: want}
					if name == "supervisors" {
						all.Workers, all.Supervisors = 0, want
					}
					assert.Equal(t, all, counts)
					infos, err := sup.Children(t.Context())
					require.NoError(t, err)
					assert.Len(t, infos, want)
					return infos
				}
				check(0)
				for i := range 2 * n {
					_, err := sup.StartDynamic(t.Context(), i)
					require.NoError(t, err)
					if i == n-1 {
						check(n)
					}
				}
				for _, info := range check(2 * n) {
					info.PID.Kill()
				}
				check(0)
			})
		})
	}
}

// R22, R23, R24: a dynamic child between two attempts is listed so, is named by the process that it had, and is terminated or ends with its
// supervisor like any other.
func TestADynamicChildThatRestartsCanBeStopped(t *testing.T) {
	for _, how := range []string{"terminated", "its supervisor stops"} {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				failing, starts := make(chan struct{}), 0
				sup := dynamic(t, w, func(int) actors.Behavior[do] {
					return &doer{init: func(*cx) error {
						if starts++; starts > 1 {
							<-failing
							return errBoom
						}
						return nil
					}}
				})
				a, err := sup.StartDynamic(t.Context(), 1)
				require.NoError(t, err)
				crash(t, a) // now a restart is in hand
				answers := make([]string, 0, 5)
				ask := func(call func() string) { // each call waits behind the one before, all of them before the next attempt
					i := len(answers)
					answers = append(answers, "") // within its capacity, so that the goroutines write where the test reads
					go func() { answers[i] = call() }()
					synctest.Wait()
				}
				ctx := t.Context()
				ask(func() string { _, err := sup.RestartChild(ctx, "t"); return fmt.Sprint(err) })
				ask(func() string {
					infos, err := sup.Children(ctx)
					if err != nil || len(infos) != 1 {
						return fmt.Sprint(infos, err)
					}
					return infos[0].Status.String()
				})
				ask(func() string { counts, err := sup.Count(ctx); return fmt.Sprint(counts, err) })
				if how == "terminated" {
					ask(func() string { return fmt.Sprint(sup.TerminateDynamic(ctx, a)) })
					ask(func() string { infos, err := sup.Children(ctx); return fmt.Sprint(len(infos), err) })
				} else {
					sup.PID().Stop()
				}
				close(failing)
				synctest.Wait()
				assert.Contains(t, answers[0], "restart child \"t\"")
				assert.Equal(t, []string{plan.StatusRestarting.String(), fmt.Sprint(supervision.Counts{Specs: 1, Workers: 1}, nil)}, answers[1:3])
				if how == "terminated" {
					assert.Equal(t, []string{"<nil>", "0 <nil>"}, answers[3:])
					assert.True(t, sup.PID().Alive())
				} else {
					assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
				}
				assert.Equal(t, 2, starts, "its retries are over")
			})
		})
	}
}

// R48, R7: the template is replaced by exactly one: more, fewer, and another strategy are refused and change nothing.
func TestATemplateIsReplacedByExactlyOne(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		template := supervision.Template("t", saying(w))
		spec := func(children ...supervision.Child) supervision.Spec {
			return supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: children}
		}
		sup := w.start(t, spec(template))
		a, err := sup.StartDynamic(t.Context(), "a")
		require.NoError(t, err)
		require.NoError(t, sup.Replace(t.Context(), spec(with(template, func(c *supervision.Child) { c.Shutdown = supervision.Brutal }))))
		second := supervision.Template("u", saying(w))
		for name, bad := range map[string]supervision.Spec{
			"two": spec(template, second), "none": spec(), "another strategy": {Children: []supervision.Child{plain("a")}},
		} {
			assert.Error(t, sup.Replace(t.Context(), bad), name)
		}
		got, err := sup.ChildSpec(t.Context(), "t")
		require.NoError(t, err)
		assert.Equal(t, supervision.Brutal, got.Shutdown)
		assert.True(t, a.Alive())
		require.NoError(t, sup.TerminateDynamic(t.Context(), a))
		assert.Equal(t, exit.ReasonKilled, why(t, a), "the new template holds for those that live")
	})
}
