// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"mabeam.dev/supervision/plan"
)

// stepper runs one golden script: every command is one event, its output the batch of actions.
type stepper struct {
	s     *plan.State
	keys  []plan.RetryKey // posted and not yet served
	waits []plan.WaitKey  // asked for, in order; a script names them by number, from 1
}

func TestGoldenScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var st stepper
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "spec":
				return st.open(t, d)
			case "children":
				return st.children()
			default:
				return st.print(st.s.Step(st.event(t, d)))
			}
		})
	})
}

// raw reads key=value arguments; the lines of the input are children.
func raw(t *testing.T, d *datadriven.TestData, e extensions) plan.RawSpec {
	t.Helper()
	var spec plan.RawSpec
	for _, a := range d.CmdArgs {
		switch v := strings.Join(a.Vals, ""); a.Key {
		case "strategy":
			spec.Strategy = v
		case "intensity":
			spec.Intensity = v
		case "period":
			spec.Period = v
		case "auto_shutdown":
			spec.AutoShutdown = v
		default:
			d.Fatalf(t, "unknown key %s", a.Key)
		}
	}
	for line := range strings.SplitSeq(d.Input, "\n") {
		if words := strings.Fields(line); len(words) > 0 {
			spec.Children = append(spec.Children, rawChild(t, d, words, e))
		}
	}
	return spec
}

func rawChild(t *testing.T, d *datadriven.TestData, words []string, e extensions) plan.RawChild {
	t.Helper()
	c := plan.RawChild{ID: words[0], Start: words[0]}
	for _, w := range words[1:] {
		switch key, v, _ := strings.Cut(w, "="); key {
		case "restart":
			c.Restart = v
		case "shutdown":
			c.Shutdown = v
		case "type":
			c.Kind = v
		case "significant":
			c.Significant = v
		case "backoff", "limit", "schedule":
			e[c.ID] = append(e[c.ID], extension(t, d, key, v))
		default:
			d.Fatalf(t, "unknown key %s", key)
		}
	}
	return c
}

// extensions are those of the script in hand, by child: the raw form, which is OTP's, has none.
type extensions map[string][]func(*plan.Child)

func (e extensions) give(c *plan.Child) {
	for _, set := range e[c.ID] {
		set(c)
	}
}

// extension reads initial:1s,max:8s and so on.
func extension(t *testing.T, d *datadriven.TestData, what, text string) func(*plan.Child) {
	t.Helper()
	var b plan.Backoff
	var l plan.Limit
	var s plan.Schedule
	for part := range strings.SplitSeq(text, ",") {
		key, v, _ := strings.Cut(part, ":")
		var err error
		switch what + "." + key {
		case "backoff.initial":
			b.Initial, err = time.ParseDuration(v)
		case "backoff.max":
			b.Max, err = time.ParseDuration(v)
		case "backoff.reset_after":
			b.ResetAfter, err = time.ParseDuration(v)
		case "backoff.factor":
			b.Factor, err = strconv.ParseFloat(v, 64)
		case "backoff.jitter":
			b.Jitter, err = strconv.ParseFloat(v, 64)
		case "limit.max":
			l.Intensity.Max, err = strconv.Atoi(v)
		case "limit.within":
			l.Intensity.Within, err = time.ParseDuration(v)
		case "limit.then":
			l.Then = map[string]plan.Then{"stop_child": plan.StopChild, "give_up": plan.GiveUp, "pray": 9}[v]
		case "schedule.every":
			s.Every, err = time.ParseDuration(v)
		case "schedule.jitter":
			s.Jitter, err = strconv.ParseFloat(v, 64)
		case what + ".":
		default:
			d.Fatalf(t, "unknown key %s of %s", key, what)
		}
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
	}
	return func(c *plan.Child) {
		switch what {
		case "backoff":
			c.Backoff = &b
		case "limit":
			c.Limit = &l
		case "schedule":
			c.Schedule = &s
		}
	}
}

// parse reads a spec with its extensions.
func parse(t *testing.T, d *datadriven.TestData) (plan.Spec, error) {
	t.Helper()
	e := extensions{}
	spec, err := raw(t, d, e).Parse()
	for i := range spec.Children {
		e.give(&spec.Children[i])
	}
	return spec, err
}

func (st *stepper) open(t *testing.T, d *datadriven.TestData) string {
	spec, err := parse(t, d)
	if err != nil {
		return err.Error()
	}
	if st.s, err = plan.New(spec); err != nil {
		return err.Error()
	}
	st.keys, st.waits = nil, nil
	return "new"
}

var classes = map[string]plan.Class{
	"normal": plan.ClassNormal, "shutdown": plan.ClassShutdown, "shutdown:x": plan.ClassShutdownTerm, "killed": plan.ClassKilled, "noproc": plan.ClassNoProc,
}

func reason(word string) plan.Reason {
	if class, ok := classes[word]; ok {
		return plan.Reason{Class: class}
	}
	return plan.Reason{Class: plan.ClassCrash, Payload: word}
}

func (st *stepper) event(t *testing.T, d *datadriven.TestData) plan.Event {
	words := make([]string, 0, 2)
	now, chance := time.Duration(0), 0.5
	for _, a := range d.CmdArgs {
		if a.Key == "chance" {
			var err error
			if chance, err = strconv.ParseFloat(a.Vals[0], 64); err != nil {
				d.Fatalf(t, "%v", err)
			}
			continue
		}
		if a.Key == "at" {
			var err error
			if now, err = time.ParseDuration(a.Vals[0]); err != nil {
				d.Fatalf(t, "%v", err)
			}
			continue
		}
		words = append(words, a.String())
	}
	word := func(i int) string {
		if i >= len(words) {
			d.Fatalf(t, "a word is missing")
		}
		return words[i]
	}
	switch d.Cmd {
	case "begin":
		return plan.Begin{}
	case "started":
		return plan.Started{Ref: word(0), Now: now, Chance: chance}
	case "ignored":
		return plan.Ignored{}
	case "failed":
		return plan.Failed{Reason: reason(word(0))}
	case "stopped":
		return plan.Stopped{Reason: reason(word(0)), TimedOut: len(words) > 1}
	case "all-stopped":
		var all plan.AllStopped
		for _, w := range words {
			all.Results = append(all.Results, plan.Stopped{Reason: reason(w)})
		}
		return all
	case "exited":
		return plan.ChildExited{Ref: word(0), Reason: reason(word(1)), Now: now, Chance: chance}
	case "retry":
		key := st.keys[0]
		st.keys = st.keys[1:]
		return plan.RetryDue{Key: key, Now: now, Chance: chance}
	case "wait-over":
		n, err := strconv.Atoi(word(0))
		if err != nil || n > len(st.waits) {
			d.Fatalf(t, "no wait %s", word(0))
		}
		return plan.WaitOver{Key: st.waits[n-1]}
	case "parent-exit":
		return plan.ParentExit{Reason: reason(word(0))}
	case "start-child":
		e := extensions{}
		c, err := rawChild(t, d, words, e).Parse(nil)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		e.give(&c)
		return plan.StartChild{Child: c}
	case "start-dynamic":
		return plan.StartDynamic{Args: word(0)}
	case "terminate":
		return plan.TerminateChild{ID: word(0)}
	case "terminate-ref":
		return plan.TerminateRef{Ref: word(0), Alive: func(plan.Ref) bool { return len(words) > 1 }}
	case "restart":
		return plan.RestartChild{ID: word(0)}
	case "delete":
		return plan.DeleteChild{ID: word(0)}
	case "get":
		return plan.GetChild{ID: word(0)}
	case "count":
		return plan.CountChildren{}
	case "replace":
		spec, err := parse(t, d)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		return plan.Replace{Spec: spec}
	}
	d.Fatalf(t, "unknown command")
	return nil
}

func (st *stepper) print(actions []plan.Action) string {
	var b strings.Builder
	for _, a := range actions {
		switch a := a.(type) {
		case plan.Start:
			fmt.Fprintf(&b, "start %s", a.Child.ID)
			if a.Args != nil {
				fmt.Fprintf(&b, " args=%v", a.Args)
			}
		case plan.Stop:
			fmt.Fprintf(&b, "stop %s %v %v", a.ID, a.Ref, a.Shutdown)
			if a.Term != nil {
				fmt.Fprintf(&b, " term=%v", a.Term)
			}
		case plan.StopAll:
			fmt.Fprintf(&b, "stop-all %v %v", a.Refs, a.Shutdown)
		case plan.PostRetry:
			st.keys = append(st.keys, a.Key)
			b.WriteString("post-retry")
		case plan.Wait:
			st.waits = append(st.waits, a.Key)
			fmt.Fprintf(&b, "wait %d for %v", len(st.waits), a.For)
		case plan.CancelWait:
			fmt.Fprintf(&b, "cancel wait %d", slices.Index(st.waits, a.Key)+1)
		case plan.Reply:
			b.WriteString("reply " + reply(a))
		case plan.Ready:
			b.WriteString("ready")
		case plan.Exit:
			fmt.Fprintf(&b, "exit %v", a.Reason)
		case plan.Emit:
			fmt.Fprintf(&b, "emit %s%+v", strings.TrimPrefix(fmt.Sprintf("%T", a.Notice), "plan.Notice"), a.Notice)
		}
		b.WriteByte('\n')
	}
	if st.s.Busy() {
		b.WriteString("...\n")
	}
	return b.String()
}

func reply(r plan.Reply) string {
	var faults plan.Faults
	switch {
	case errors.As(r.Err, &faults):
		return "faults\n  " + strings.ReplaceAll(faults.Error(), "\n", "\n  ")
	case r.Err != nil:
		return r.Err.Error()
	case r.Child != nil:
		c := r.Child
		return fmt.Sprintf("%s %v %v %v significant=%t", c.ID, c.Restart, c.Shutdown, c.Kind, c.Significant)
	case r.Counts != plan.Counts{}:
		return fmt.Sprintf("%+v", r.Counts)
	default:
		return fmt.Sprintf("ref %v", r.Ref)
	}
}

func (st *stepper) children() string {
	var b strings.Builder
	for _, c := range st.s.Children() {
		fmt.Fprintf(&b, "%s %v %v %v", c.ID, c.Status, c.Ref, c.Kind)
		if c.Waits {
			b.WriteString(" waits")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
