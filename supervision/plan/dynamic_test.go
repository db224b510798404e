// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/supervision/plan"
)

// dynamo is a deliberately dumb Dynamic supervisor: a slice of children, effects as function calls.
type dynamo struct {
	*world
	spec     plan.Spec
	kids     []kid // in start order
	attempts []time.Duration
	retries  []int // the child that each posted retry is for
	down     bool
}

type kid struct {
	*plan.Child
	args string
	ref  int // of the process; of the last one while restarting
	up   bool
}

func (m *dynamo) start1(spec *plan.Child, args string) {
	most := m.spec.MaxChildren
	if most == plan.NoChildren || most > 0 && len(m.kids) >= most {
		m.note("reply %v ref <nil>", plan.ErrMaxChildren)
		return
	}
	switch ref := m.start(args); ref {
	case -1:
		m.note("reply %v ref <nil>", &plan.StartError{ID: spec.ID, Reason: plan.Reason{Class: plan.ClassCrash}})
	case 0:
		m.note("reply <nil> ref <nil>")
	default:
		m.kids = append(m.kids, kid{spec, args, ref, true})
		m.note("reply <nil> ref %v", ref)
	}
}

func (m *dynamo) find(ref int) int {
	return slices.IndexFunc(m.kids, func(k kid) bool { return k.ref == ref })
}

func (m *dynamo) exited(ref int, class plan.Class, now time.Duration) {
	i := m.find(ref)
	if i < 0 || !m.kids[i].up {
		return
	}
	crash := class == plan.ClassKilled || class == plan.ClassCrash || class == plan.ClassNoProc
	if r := m.kids[i].Restart; r == plan.Permanent || r == plan.Transient && crash {
		m.restart(i, now)
		return
	}
	m.kids = slices.Delete(m.kids, i, i+1)
}

func (m *dynamo) restart(i int, now time.Duration) {
	m.attempts = append(m.attempts, now)
	recent := slices.DeleteFunc(slices.Clone(m.attempts), func(t time.Duration) bool { return now-t > m.spec.Intensity.Within })
	if len(recent) > m.spec.Intensity.Limit() {
		m.kids = slices.Delete(m.kids, i, i+1)
		m.end(plan.ClassShutdown)
		return
	}
	switch ref := m.start(m.kids[i].args); ref {
	case -1:
		m.kids[i].up = false
		m.retries = append(m.retries, m.kids[i].ref)
		m.note("retry")
	case 0:
		m.kids = slices.Delete(m.kids, i, i+1)
	default:
		m.kids[i].ref, m.kids[i].up = ref, true
	}
}

func (m *dynamo) terminate(ref int) {
	i := m.find(ref)
	if i < 0 {
		m.note("reply %v ref <nil>", plan.ErrNotFound)
		return
	}
	if k := m.kids[i]; k.up {
		m.note("stop %d %v", k.ref, k.Shutdown)
	}
	m.kids = slices.Delete(m.kids, i, i+1)
	m.note("reply <nil> ref <nil>")
}

func (m *dynamo) end(class plan.Class) {
	for _, k := range m.kids {
		if k.up {
			m.note("stop %d %v", k.ref, k.Shutdown)
		}
	}
	m.note("exit %v", class)
	m.down = true
}

// dynamic executes a plan; what waits in the mailbox is the test's.
type dynamic struct {
	*world
	s    *plan.State
	keys []plan.RetryKey
}

func (d *dynamic) step(ev plan.Event) {
	for ev != nil {
		actions := d.s.Step(ev)
		ev = nil
		for _, a := range actions {
			switch a := a.(type) {
			case plan.Start:
				ev = (&planned{world: &world{}}).result(d.start(a.Args.(string)))
			case plan.Stop:
				d.note("stop %d %v", a.Ref, a.Shutdown)
				ev = plan.Stopped{Reason: plan.Reason{Class: plan.ClassShutdown}}
			case plan.StopAll:
				for i, ref := range a.Refs {
					d.note("stop %d %v", ref, a.Each[i])
				}
				ev = plan.AllStopped{Results: make([]plan.Stopped, len(a.Refs))}
			case plan.PostRetry:
				d.keys = append(d.keys, a.Key)
				d.note("retry")
			case plan.Reply:
				d.note("reply %v ref %v", a.Err, a.Ref)
			case plan.Exit:
				d.note("exit %v", a.Reason.Class)
			case plan.Ready, plan.Emit:
			}
		}
	}
}

func (d *dynamic) view() (lines []string) {
	for _, c := range slices.Backward(d.s.Children()) {
		lines = append(lines, fmt.Sprint(c.Status, c.Ref))
	}
	return lines
}

func (m *dynamo) view() (lines []string) {
	for _, k := range m.kids {
		if k.up {
			lines = append(lines, fmt.Sprint(plan.StatusUp, k.ref))
		} else {
			lines = append(lines, fmt.Sprint(plan.StatusRestarting, nil))
		}
	}
	return lines
}

// Whatever comes, in whatever order: the plan of a Dynamic supervisor does what the dumb one does.
func TestADynamicPlanDoesWhatTheNaiveOneDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := []int{plan.NoChildren, 0, 1, 3}
		spec := plan.Spec{
			Dynamic: true, MaxChildren: rapid.SampledFrom(limits).Draw(t, "most"),
			Intensity: plan.Intensity{Max: rapid.SampledFrom([]int{plan.NoRestarts, 0, 2, 30}).Draw(t, "max"), Within: 5 * time.Second},
		}
		tape := rapid.SliceOfN(rapid.ByteRange(0, 7), 1, 40).Draw(t, "tape")
		s, err := plan.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		d := &dynamic{world: &world{tape: tape, alive: map[int]bool{}, named: map[int]string{}}, s: s}
		m := &dynamo{world: &world{tape: tape, alive: map[int]bool{}, named: map[int]string{}}, spec: spec}
		d.step(plan.Begin{})
		templates := drawTemplates(t)
		now, retried := time.Duration(0), 0
		for i := range rapid.IntRange(0, 80).Draw(t, "length") {
			now += time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds")) * time.Second
			ref := rapid.IntRange(1, d.refs+2).Draw(t, "ref") // also those that ended long ago, and strangers
			switch rapid.SampledFrom([]string{"start", "start", "start own", "exit", "exit", "retry", "terminate", "replace"}).Draw(t, "op") {
			case "start":
				c := rapid.SampledFrom(templates).Draw(t, "template")
				args := fmt.Sprint("args", i)
				d.step(plan.StartOwn{Child: c, Args: args})
				m.start1(c, args)
			case "start own":
				if d.step(plan.StartChild{Child: plan.Child{ID: "faulty"}}); !m.refused(d.world) {
					t.Fatalf("faulty spec: %v", d.log)
				}
			case "exit":
				class := plan.Class(rapid.IntRange(0, 5).Draw(t, "class"))
				d.step(plan.ChildExited{Ref: ref, Reason: plan.Reason{Class: class}, Now: now})
				m.exited(ref, class, now)
			case "retry":
				if retried == len(d.keys) {
					continue
				}
				d.step(plan.RetryDue{Key: d.keys[retried], Now: now})
				i := m.find(m.retries[retried])
				retried++
				if i >= 0 && !m.kids[i].up {
					m.restart(i, now)
				}
			case "terminate":
				d.step(plan.TerminateRef{Ref: ref})
				m.terminate(ref)
			case "replace":
				m.spec.MaxChildren = rapid.SampledFrom(limits).Draw(t, "new most")
				d.step(plan.Replace{Spec: m.spec})
				m.note("reply <nil> ref <nil>")
			}
			if !slices.Equal(d.log, m.log) || !m.down && !slices.Equal(d.view(), m.view()) {
				t.Fatalf("plan and model part:\nplan  %v %v\nmodel %v %v", d.log, d.view(), m.log, m.view())
			}
			if m.down {
				return
			}
		}
		d.step(plan.ParentExit{Reason: plan.Reason{Class: plan.ClassKilled}})
		m.end(plan.ClassKilled)
		if !slices.Equal(d.log, m.log) {
			t.Fatalf("plan and model part at the end:\nplan  %v\nmodel %v", d.log, m.log)
		}
	})
}

// refused takes over the refusal of a faulty spec, which the model does not check.
func (m *dynamo) refused(w *world) bool {
	last := w.log[len(w.log)-1]
	m.log = append(m.log, last)
	return len(w.log) == len(m.log) && last != "reply <nil> ref <nil>"
}

// drawTemplates draws specs that children share.
func drawTemplates(t *rapid.T) (templates []*plan.Child) {
	for i := range rapid.IntRange(1, 3).Draw(t, "templates") {
		c, err := plan.Prepare(plan.Child{
			ID: fmt.Sprint("t", i), Start: i, Restart: plan.Restart(rapid.IntRange(0, 2).Draw(t, "restart")),
			Shutdown: rapid.SampledFrom([]plan.Shutdown{0, plan.Brutal, plan.Infinity, plan.After(time.Second)}).Draw(t, "shutdown"),
		})
		if err != nil {
			t.Fatal(err)
		}
		templates = append(templates, c)
	}
	return templates
}

// Children of one template share its spec; a spec of one's own has its defaults filled in, and what the caller has stays as it is.
func TestChildrenOfOneTemplateShareItsSpec(t *testing.T) {
	c := plan.Child{ID: "c", Start: 1, Kind: plan.Supervisor}
	shared, err := plan.Prepare(c)
	require.NoError(t, err)
	assert.Equal(t, plan.Infinity, shared.Shutdown)
	assert.Zero(t, c.Shutdown)
	s, err := plan.New(plan.Spec{Dynamic: true})
	require.NoError(t, err)
	s.Step(plan.Begin{})
	for i := range 2 {
		assert.Equal(t, []plan.Action{plan.Start{Child: shared, Args: i}}, s.Step(plan.StartOwn{Child: shared, Args: i}))
		s.Step(plan.Started{Ref: i})
	}
	assert.Equal(t, plan.Counts{Specs: 2, Active: 2, Supervisors: 2}, s.Step(plan.CountChildren{})[0].(plan.Reply).Counts)
	_, err = plan.Prepare(plan.Child{Significant: true, Restart: plan.Temporary})
	var faults plan.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 3, "id, start and significant")
}

// StartOwn is for Dynamic supervisors alone, and calls by id are not for them.
func TestCallsThatDoNotFitTheKindAreRefused(t *testing.T) {
	refusal := func(spec plan.Spec, ev plan.Event) error {
		s, err := plan.New(spec)
		require.NoError(t, err)
		s.Step(plan.Begin{})
		return s.Step(ev)[0].(plan.Reply).Err
	}
	dynamic := plan.Spec{Dynamic: true}
	simple := plan.Spec{Strategy: plan.SimpleOneForOne, Children: []plan.Child{{ID: "t", Start: 1}}}
	for _, spec := range []plan.Spec{{}, simple} {
		assert.ErrorIs(t, refusal(spec, plan.StartOwn{Child: &plan.Child{}}), plan.ErrNotDynamic)
		assert.ErrorAs(t, refusal(spec, plan.Replace{Spec: dynamic}), &plan.Faults{})
	}
	for _, ev := range []plan.Event{plan.TerminateChild{}, plan.RestartChild{}, plan.DeleteChild{}} {
		assert.ErrorIs(t, refusal(dynamic, ev), plan.ErrDynamic)
		assert.ErrorIs(t, refusal(simple, ev), plan.ErrSimpleOneForOne)
	}
	assert.ErrorIs(t, refusal(dynamic, plan.StartDynamic{}), plan.ErrNotSimpleOneForOne)
	assert.ErrorIs(t, refusal(dynamic, plan.GetChild{ID: "t"}), plan.ErrNotFound)
	assert.ErrorIs(t, refusal(dynamic, plan.TerminateRef{Ref: 1}), plan.ErrNotFound)
	assert.NoError(t, refusal(simple, plan.TerminateRef{Ref: 1}))
}
