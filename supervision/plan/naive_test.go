// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"
	"slices"
	"time"

	"mabeam.dev/supervision/plan"
)

// model is a deliberately dumb supervisor: a slice of children, a slice of times, plain recursion, effects as function calls that return their result.
type model struct {
	*world
	spec     plan.Spec
	children []naive // in start order
	attempts []time.Duration
	retries  []naive // the child each posted retry is for
	now      time.Duration
	chance   float64
	waits    int // how many there have been
	down     bool
}

type naive struct {
	plan.Child
	name       string
	ref        int // of the process; of the last one while restarting
	up         bool
	restarting bool
	since      time.Duration   // when it last came up
	attempts   int             // restarts since it was up for long
	wait       int             // number of the wait that is going on
	planned    int             // number of the wait for its planned restart
	own        []time.Duration // attempts that its limit counts
}

func newModel(spec plan.Spec, w *world) *model {
	m := &model{world: w, spec: spec}
	if spec.Strategy == plan.SimpleOneForOne {
		return m
	}
	for _, c := range spec.Children {
		m.children = append(m.children, naive{Child: c, name: c.ID})
	}
	return m
}

func (m *model) list() string {
	text := ""
	for _, c := range slices.Backward(m.children) {
		switch {
		case c.up:
			text += fmt.Sprintf(" up %d false", c.ref)
		case c.restarting:
			text += fmt.Sprintf(" restarting <nil> %t", c.wait > 0)
		default:
			text += " stopped <nil> false"
		}
	}
	return text
}

func (m *model) begin() {
	if failed := m.startAll(0); failed >= 0 {
		m.stopAll(0)
		m.exit(plan.ClassShutdownTerm)
		return
	}
	m.note("ready")
}

// startAll starts every child from index on and returns the index of the one that failed, or -1.
func (m *model) startAll(from int) int {
	for i := from; i < len(m.children); i++ {
		switch ref := m.start(m.children[i].name); {
		case ref == -1:
			return i
		case ref == 0 && m.children[i].Restart == plan.Temporary:
			m.children = slices.Delete(m.children, i, i+1)
			i--
		default:
			m.set(i, ref)
		}
	}
	return -1
}

func (m *model) set(i, ref int) {
	m.children[i].ref, m.children[i].up, m.children[i].restarting = ref, ref != 0, false
	if ref != 0 {
		m.children[i].since = m.now
		if sch := m.children[i].Schedule; sch != nil {
			m.waits++
			m.note("wait %d for %v", m.waits, between(float64(sch.Every), sch.Jitter, m.chance))
			m.children[i].planned = m.waits
		}
	}
}

// stopAll stops the children from index on, backwards.
func (m *model) stopAll(from int) {
	for i := len(m.children) - 1; i >= from; i-- {
		if m.children[i].up {
			m.stop(m.children[i].ref)
		}
		m.unwait(i)
		m.set(i, 0)
	}
}

func (m *model) exit(class plan.Class) {
	m.down = true
	m.note("exit %v", class)
}

func (m *model) simple() bool { return m.spec.Strategy == plan.SimpleOneForOne }

func (m *model) terminate() {
	if !m.simple() {
		m.stopAll(0)
	} else {
		for _, c := range m.children { // all at once, in no order
			if c.up {
				m.stop(c.ref)
			}
		}
		for i, c := range m.children {
			if c.up {
				m.unwait(i)
			}
		}
	}
	m.exit(plan.ClassShutdown)
}

func (m *model) serve(msg message, now time.Duration, chance float64) {
	m.now, m.chance = now, chance
	switch msg.kind {
	case "exit":
		delete(m.alive, msg.ref)
		if i := slices.IndexFunc(m.children, func(c naive) bool { return c.up && c.ref == msg.ref }); i >= 0 {
			m.died(i, msg.class)
		}
	case "retry":
		key := m.retries[0]
		m.retries = m.retries[1:]
		i := slices.IndexFunc(m.children, func(c naive) bool {
			return c.restarting && (m.simple() && c.ref == key.ref || !m.simple() && c.ID == key.ID)
		})
		if i >= 0 {
			m.restart(i)
		}
	case "wait":
		if i := slices.IndexFunc(m.children, func(c naive) bool { return c.wait == msg.wait }); i >= 0 {
			m.children[i].wait = 0
			m.goOn(i, 0)
		}
		if i := slices.IndexFunc(m.children, func(c naive) bool { return c.planned == msg.wait }); i >= 0 {
			c := &m.children[i]
			m.stop(c.ref)
			c.up, c.restarting, c.planned = false, true, 0
			m.restartOne(i)
		}
	case "start dynamic":
		c := naive{Child: m.spec.Children[0], name: msg.id}
		m.startNew(c, false)
	case "start":
		m.startStatic(msg.child)
	case "terminate ref":
		m.terminateRef(msg.ref)
	default:
		m.byID(msg)
	}
}

func (m *model) died(i int, class plan.Class) {
	c := m.children[i]
	m.unwait(i)
	crash := class == plan.ClassKilled || class == plan.ClassCrash || class == plan.ClassNoProc
	if c.Restart == plan.Permanent || c.Restart == plan.Transient && crash {
		m.restart(i)
		return
	}
	m.forget(i)
	m.gone(c)
}

// gone ends the supervisor if the end of a child that is not restarted is to.
func (m *model) gone(c naive) {
	if !c.Significant {
		return
	}
	left := slices.ContainsFunc(m.children, func(c naive) bool { return c.Significant && (c.up || c.restarting) })
	if m.spec.AutoShutdown == plan.AnySignificant || m.spec.AutoShutdown == plan.AllSignificant && !left {
		m.terminate()
	}
}

// forget leaves child i without a process; temporary and dynamic ones go altogether.
func (m *model) forget(i int) {
	if m.simple() || m.children[i].Restart == plan.Temporary {
		m.children = slices.Delete(m.children, i, i+1)
	} else {
		m.set(i, 0)
	}
}

func (m *model) restart(i int) {
	if l := m.children[i].Limit; l != nil {
		own := append(m.children[i].own, m.now)
		m.children[i].own = own
		recent := 0
		for _, t := range own {
			if m.now-t <= l.Intensity.Within {
				recent++
			}
		}
		if recent > l.Intensity.Limit() {
			m.refused(i, l.Then)
			return
		}
	}
	m.attempts = append(m.attempts, m.now)
	recent := 0
	for _, t := range m.attempts {
		if m.now-t <= m.spec.Intensity.Within {
			recent++
		}
	}
	if recent > m.spec.Intensity.Limit() {
		m.forget(i)
		m.terminate()
		return
	}
	m.goOn(i, m.delay(i))
}

// refused deals with an attempt of child i that its own limit forbids.
func (m *model) refused(i int, then plan.Then) {
	c := m.children[i]
	m.children[i].own = nil
	m.forget(i)
	if then == plan.GiveUp {
		m.terminate()
		return
	}
	if m.gone(c); m.down || !c.restarting || m.spec.Strategy != plan.OneForAll && m.spec.Strategy != plan.RestForOne {
		return
	}
	m.stopAll(i + 1)
	rest := slices.DeleteFunc(slices.Clone(m.children[i+1:]), func(c naive) bool { return c.Restart == plan.Temporary })
	m.children = append(m.children[:i+1], rest...)
	if failed := m.startAll(i + 1); failed >= 0 {
		m.again(failed, 0)
	}
}

// goOn stops the group of child i, and starts it unless it is to wait.
func (m *model) goOn(i int, wait time.Duration) {
	switch m.spec.Strategy {
	case plan.OneForAll:
		m.restartGroup(i, 0, wait)
	case plan.RestForOne:
		m.restartGroup(i, i, wait)
	default:
		if wait > 0 {
			m.hold(i, m.children[i].ref, wait)
			return
		}
		m.restartOne(i)
	}
}

// delay counts an attempt of child i and returns how long it waits.
func (m *model) delay(i int) time.Duration {
	c := &m.children[i]
	if c.Backoff == nil {
		return 0
	}
	if c.up && m.now-c.since >= c.Backoff.ResetAfter {
		c.attempts = 0
	}
	c.attempts++
	wait := float64(c.Backoff.Initial)
	for range c.attempts - 1 {
		wait *= c.Backoff.Factor
	}
	wait = min(wait, float64(c.Backoff.Max))
	return between(wait, c.Backoff.Jitter, m.chance)
}

func between(d, jitter, chance float64) time.Duration {
	least, most := d-d*jitter, d+d*jitter
	return time.Duration(least + (most-least)*chance)
}

func (m *model) hold(i, last int, wait time.Duration) {
	m.waits++
	m.note("wait %d for %v", m.waits, wait)
	c := &m.children[i]
	c.up, c.restarting, c.ref, c.wait = false, true, last, m.waits
}

func (m *model) unwait(i int) {
	c := &m.children[i]
	for _, n := range []int{c.wait, c.planned} {
		if n > 0 {
			m.note("cancel %d", n)
		}
	}
	c.wait, c.planned = 0, 0
}

func (m *model) restartOne(i int) {
	switch ref := m.start(m.children[i].name); {
	case ref == -1:
		m.again(i, m.children[i].ref)
	case ref == 0 && m.simple():
		m.children = slices.Delete(m.children, i, i+1)
	default:
		m.set(i, ref)
	}
}

func (m *model) restartGroup(i, from int, wait time.Duration) {
	last, id := m.children[i].ref, m.children[i].ID
	m.set(i, 0)
	m.stopAll(from)
	group := slices.DeleteFunc(slices.Clone(m.children[from:]), func(c naive) bool { return c.Restart == plan.Temporary })
	m.children = append(m.children[:from], group...)
	if wait > 0 {
		m.hold(slices.IndexFunc(m.children, func(c naive) bool { return c.ID == id }), last, wait)
		return
	}
	if failed := m.startAll(from); failed >= 0 {
		if m.children[failed].ID != id {
			last = 0
		}
		m.again(failed, last)
	}
}

func (m *model) again(i, last int) {
	m.children[i].up, m.children[i].restarting, m.children[i].ref = false, true, last
	m.note("retry")
	m.retries = append(m.retries, m.children[i])
}

func (m *model) reply(err error, ref int) {
	var r any
	if ref > 0 {
		r = ref
	}
	m.note("reply %v ref %v", err, r)
}

func (m *model) startStatic(spec plan.Child) {
	i := slices.IndexFunc(m.children, func(c naive) bool { return c.ID == spec.ID })
	switch {
	case i < 0:
		m.startNew(naive{Child: spec, name: spec.ID}, spec.Restart != plan.Temporary)
	case m.children[i].up:
		m.reply(&plan.AlreadyStartedError{ID: spec.ID}, 0)
	default:
		m.reply(plan.ErrAlreadyPresent, 0)
	}
}

func (m *model) startNew(c naive, keepIgnored bool) {
	ref := m.start(c.name)
	if ref == -1 {
		id := c.ID
		if m.simple() {
			id = ""
		}
		m.reply(&plan.StartError{ID: id, Reason: plan.Reason{Class: plan.ClassCrash}}, 0)
		return
	}
	if ref > 0 || keepIgnored {
		m.children = append(m.children, c)
		m.set(len(m.children)-1, ref)
	}
	m.reply(nil, ref)
}

func (m *model) terminateRef(ref int) {
	if !m.simple() || ref == stranger {
		m.reply(plan.ErrNotFound, 0)
		return
	}
	i := slices.IndexFunc(m.children, func(c naive) bool { return c.ref == ref })
	if i >= 0 {
		m.terminateAt(i)
		return
	}
	m.reply(nil, 0)
}

func (m *model) terminateAt(i int) {
	if m.children[i].up {
		m.stop(m.children[i].ref)
	}
	m.unwait(i)
	m.forget(i)
	m.reply(nil, 0)
}

func (m *model) byID(msg message) {
	i := slices.IndexFunc(m.children, func(c naive) bool { return c.ID == msg.id })
	var err error
	switch {
	case m.simple():
		err = plan.ErrSimpleOneForOne
	case i < 0:
		err = plan.ErrNotFound
	case msg.kind == "terminate":
		m.terminateAt(i)
		return
	case m.children[i].up:
		err = plan.ErrRunning
	case m.children[i].restarting:
		err = plan.ErrRestarting
	case msg.kind == "delete":
		m.children = slices.Delete(m.children, i, i+1)
	default:
		ref := m.start(m.children[i].name)
		if ref == -1 {
			err = &plan.StartError{ID: msg.id, Reason: plan.Reason{Class: plan.ClassCrash}}
		} else {
			m.set(i, ref)
		}
		m.reply(err, ref)
		return
	}
	m.reply(err, 0)
}
