// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
)

// autos are the ways in which the end of children may end their supervisor.
var autos = []supervision.AutoShutdown{supervision.Never, supervision.AnySignificant, supervision.AllSignificant}

func significant(c *supervision.Child) { c.Significant = true }

// leaves are the ways in which a child ends.
var leaves = map[string]func(t *testing.T, sup *supervision.Supervisor, id string){
	"terminated": func(t *testing.T, sup *supervision.Supervisor, id string) {
		require.NoError(t, sup.TerminateChild(t.Context(), id))
	},
	"killed":  func(t *testing.T, sup *supervision.Supervisor, id string) { child(t, sup, id).Kill() },
	"crashes": func(t *testing.T, sup *supervision.Supervisor, id string) { crash(t, child(t, sup, id)) },
	"leaves": func(t *testing.T, sup *supervision.Supervisor, id string) {
		tell(t, child(t, sup, id), func(*cx) error { return actors.Stop })
	},
}

// R31: only a significant child counts: whatever becomes of another one, its supervisor stays, and it is restarted by the usual rules.
func TestAChildThatIsNotSignificantTriggersNothing(t *testing.T) {
	for _, auto := range autos {
		for name, change := range map[string]func(c *supervision.Child){"temporary": temporary, "transient": transient} {
			for how, leave := range leaves {
				t.Run(fmt.Sprintf("%s, %s %s", auto, name, how), func(t *testing.T) {
					bubble(t, func(t *testing.T, w *world) {
						sup := w.start(t, supervision.Spec{AutoShutdown: auto, Intensity: many, Children: []supervision.Child{with(plain("a"), change)}})
						leave(t, sup, "a")
						var want []string
						if name == "transient" {
							want = []string{"a stopped"}
							if how == "killed" || how == "crashes" {
								want = []string{"a up"}
							}
						}
						assert.Equal(t, want, children(t, sup))
						assert.True(t, sup.PID().Alive())
					})
				})
			}
		}
	}
}

// R31, R32, R33: a significant child triggers when it ends by itself for good. With any_significant the first one does; with
// all_significant the last.
func TestASignificantChildTriggersWhenItEndsByItselfForGood(t *testing.T) {
	for name, change := range map[string]func(c *supervision.Child){"temporary": temporary, "transient": transient} {
		for how, leave := range leaves {
			triggers := how == "leaves" || how != "terminated" && name == "temporary"
			t.Run(fmt.Sprintf("any, %s %s", name, how), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					sup := w.start(t, supervision.Spec{AutoShutdown: supervision.AnySignificant, Intensity: many, Children: []supervision.Child{
						with(with(plain("a"), change), significant), with(with(plain("b"), change), significant), with(plain("c"), change),
					}})
					leave(t, sup, "a")
					if triggers {
						assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
						assert.Zero(t, w.Len(), "and all others with it")
						return
					}
					want := []string{"a up", "b up", "c up"}
					switch {
					case name == "temporary": // it was terminated
						want = []string{"b up", "c up"}
					case how == "terminated":
						want[0] = "a stopped"
					}
					assert.Equal(t, want, children(t, sup))
				})
			})
			if !triggers {
				continue
			}
			t.Run(fmt.Sprintf("all, %s %s", name, how), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					sup := w.start(t, supervision.Spec{AutoShutdown: supervision.AllSignificant, Intensity: many, Children: []supervision.Child{
						with(with(plain("a"), change), significant), with(with(plain("b"), change), significant), with(plain("c"), change),
					}})
					leave(t, sup, "a")
					children := children(t, sup)
					assert.Equal(t, []string{"b up", "c up"}, children[len(children)-2:], "one is left")
					leave(t, sup, "b")
					assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
					assert.Zero(t, w.Len())
				})
			})
		}
	}
}

// R32: significant children that are stopped because a sibling restarts trigger nothing, under any strategy.
func TestASignificantBystanderTriggersNothing(t *testing.T) {
	for _, auto := range autos[1:] {
		for strategy, stays := range map[supervision.Strategy][]bool{
			supervision.OneForOne: {true, false, true}, supervision.OneForAll: {false, false, false}, supervision.RestForOne: {true, false, false},
		} {
			t.Run(fmt.Sprintf("%s, %s", auto, strategy), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					sup := w.start(t, supervision.Spec{Strategy: strategy, AutoShutdown: auto, Intensity: many, Children: []supervision.Child{
						with(with(plain("a"), transient), significant), with(plain("b"), transient), with(with(plain("c"), transient), significant),
					}})
					var before [3]actors.PID
					for i, id := range []string{"a", "b", "c"} {
						before[i] = child(t, sup, id)
					}
					before[1].Kill()
					assert.Equal(t, []string{"a up", "b up", "c up"}, children(t, sup))
					for i, id := range []string{"a", "b", "c"} {
						assert.Equal(t, stays[i], before[i] == child(t, sup, id), id)
					}
					assert.True(t, sup.PID().Alive())
				})
			})
		}
	}
}

// R35: an auto shutdown is itself an end of the supervisor by itself: it climbs exactly through significant supervisors.
func TestAnAutoShutdownClimbsThroughSignificantSupervisors(t *testing.T) {
	for name, isSignificant := range map[string]bool{"significant": true, "not significant": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				low := supervision.Spec{AutoShutdown: supervision.AnySignificant, Children: []supervision.Child{with(with(plain("a"), transient), significant)}}
				sup := w.start(t, supervision.Spec{AutoShutdown: supervision.AnySignificant, Children: []supervision.Child{
					with(supervision.Sub("low", low), func(c *supervision.Child) { transient(c); c.Significant = isSignificant }),
				}})
				lowest := sub(t, sup, "low")
				leaves["leaves"](t, lowest, "a")
				assert.Equal(t, exit.ReasonShutdown, why(t, lowest.PID()))
				if isSignificant {
					assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
					return
				}
				assert.Equal(t, []string{"low stopped"}, children(t, sup))
			})
		})
	}
}

// R48, R33: a change of AutoShutdown holds for the next end of a child, stops nobody, and with it for the specs that are allowed.
func TestAChangeOfAutoShutdownHoldsFromTheNextEndOn(t *testing.T) {
	for _, from := range autos {
		for _, to := range autos {
			if from == to {
				continue
			}
			t.Run(fmt.Sprintf("%s to %s", from, to), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					one, two := with(with(plain("a"), transient), significant), with(with(plain("b"), transient), significant)
					sup := w.start(t, supervision.Spec{AutoShutdown: from})
					if from == supervision.Never {
						_, err := sup.StartChild(t.Context(), one)
						assert.Equal(t, []string{"significant"}, paths(t, err))
					} else {
						_, err := sup.StartChild(t.Context(), one)
						require.NoError(t, err)
					}
					require.NoError(t, sup.Replace(t.Context(), supervision.Spec{AutoShutdown: to}))
					if from == supervision.Never {
						_, err := sup.StartChild(t.Context(), one)
						require.NoError(t, err)
					}
					_, err := sup.StartChild(t.Context(), two)
					if to == supervision.Never {
						assert.Equal(t, []string{"significant"}, paths(t, err))
						leaves["leaves"](t, sup, "a")
						assert.Equal(t, []string{"a stopped"}, children(t, sup))
						_, err = sup.RestartChild(t.Context(), "a")
						require.NoError(t, err)
						sup.PID().Stop()
						assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
						return
					}
					require.NoError(t, err)
					assert.Equal(t, []string{"a up", "b up"}, children(t, sup))
					leaves["leaves"](t, sup, "a")
					if to == supervision.AllSignificant {
						assert.Equal(t, []string{"a stopped", "b up"}, children(t, sup))
						leaves["leaves"](t, sup, "b")
					}
					assert.Equal(t, exit.ReasonShutdown, why(t, sup.PID()))
					assert.Zero(t, w.Len())
				})
			})
		}
	}
}

// R48, R36: a running child may become significant, or cease to be; under AutoShutdown Never it may not become so.
func TestAChangeOfSignificanceHoldsForTheRunningChild(t *testing.T) {
	usual, special := with(plain("a"), transient), with(with(plain("a"), transient), significant)
	spec := func(auto supervision.AutoShutdown, c supervision.Child) supervision.Spec {
		return supervision.Spec{AutoShutdown: auto, Children: []supervision.Child{c}}
	}
	for name, tc := range map[string]struct {
		auto     supervision.AutoShutdown
		from, to supervision.Child
		refused  bool
		triggers bool
	}{
		"to significant under never": {supervision.Never, usual, special, true, false},
		"to significant":             {supervision.AnySignificant, usual, special, false, true},
		"from significant":           {supervision.AnySignificant, special, usual, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, spec(tc.auto, tc.from))
				a := child(t, sup, "a")
				err := sup.Replace(t.Context(), spec(tc.auto, tc.to))
				if tc.refused {
					assert.Equal(t, []string{"children[0].significant"}, paths(t, err))
				} else {
					require.NoError(t, err)
				}
				assert.Equal(t, a, child(t, sup, "a"), "the process stays")
				leaves["leaves"](t, sup, "a")
				w.told()
				assert.Equal(t, tc.triggers, !sup.PID().Alive())
			})
		})
	}
}
