// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/supervision/plan"
)

// A failure prints the seed that repeats it. The file that rapid would write besides would be taken for a golden script.
func init() {
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
}

// world is what a supervisor acts on: processes are numbers, start outcomes come from a tape, everything done is logged. The plan and the model each have one with
// the same tape; they agree when the logs do.
type world struct {
	tape  []byte // outcomes of start attempts: 0-5 ok, 6 error, 7 ignore
	next  int
	refs  int
	alive map[int]bool
	named map[int]string // the child for which each was started
	log   []string
}

// called is a process that has a name.
type called struct {
	n    int
	name string
}

func (c called) Name() string   { return c.name }
func (c called) String() string { return fmt.Sprint(c.n) }

// ref is a process as the plan knows it: some have no name, some that of their child, some that of another child, some that of nobody.
func (w *world) ref(n int) plan.Ref {
	id, started := w.named[n]
	switch {
	case !started || n%4 == 0:
		return n
	case n%4 == 1:
		return called{n, "c3"}
	case n%4 == 2:
		return called{n, "nobody"}
	}
	return called{n, id}
}

func number(ref plan.Ref) int {
	if c, ok := ref.(called); ok {
		return c.n
	}
	return ref.(int)
}

func (w *world) note(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

// start returns the new process, 0 for ignore, -1 for an error.
func (w *world) start(id string) int {
	outcome := w.tape[w.next%len(w.tape)]
	w.next++
	w.note("start %s outcome %d", id, outcome)
	switch outcome {
	case 6:
		return -1
	case 7:
		return 0
	}
	w.refs++
	w.alive[w.refs] = true
	w.named[w.refs] = id
	return w.refs
}

func (w *world) stop(ref int) {
	w.note("stop %d", ref)
	delete(w.alive, ref)
}

// message is what waits in the supervisor's mailbox. The plan reads ev, the model everything else.
type message struct {
	ev    plan.Event
	kind  string
	id    string
	ref   int
	class plan.Class
	child plan.Child
	wait  int // number of the wait that is over
}

// stranger is a living process that is nobody's child.
const stranger = 1000

// planned is the plan and the least executor that can run it.
type planned struct {
	*world
	s      *plan.State
	box    []plan.RetryKey
	now    time.Duration
	chance float64
	down   bool

	waits []plan.WaitKey  // asked for, in order
	dues  []time.Duration // when each is over
}

// over returns the waits whose time has come. They are all served, also those that were taken back: that must make no difference.
func (p *planned) over(now time.Duration) (mail []message) {
	for i, due := range p.dues {
		if due >= 0 && due <= now {
			p.dues[i] = -1
			mail = append(mail, message{ev: plan.WaitOver{Key: p.waits[i]}, kind: "wait", wait: i + 1})
		}
	}
	return mail
}

func (p *planned) step(ev plan.Event) {
	for ev != nil {
		actions := p.s.Step(ev)
		ev = nil
		for i, a := range actions {
			if ev != nil {
				panic("an effect does not end its batch")
			}
			switch a := a.(type) {
			case plan.Start:
				ev = p.result(p.start(childName(a.Child.ID, a.Args)))
			case plan.Stop:
				p.stop(number(a.Ref))
				ev = plan.Stopped{Reason: plan.Reason{Class: plan.ClassShutdown}}
			case plan.StopAll:
				for _, ref := range a.Refs {
					p.stop(number(ref))
				}
				ev = plan.AllStopped{Results: make([]plan.Stopped, len(a.Refs))}
			case plan.PostRetry:
				p.note("retry")
				p.box = append(p.box, a.Key)
			case plan.Wait:
				p.waits, p.dues = append(p.waits, a.Key), append(p.dues, p.now+a.For)
				p.note("wait %d for %v", len(p.waits), a.For)
			case plan.CancelWait:
				p.note("cancel %d", slices.Index(p.waits, a.Key)+1)
			case plan.Reply:
				p.note("reply %v ref %v", a.Err, a.Ref)
			case plan.Ready:
				p.note("ready")
			case plan.Exit:
				p.note("exit %v", a.Reason.Class)
				p.down = true
				if i != len(actions)-1 {
					panic("exit is not the last action")
				}
			case plan.Emit:
			}
		}
		if (ev != nil) != p.s.Busy() {
			panic("busy does not say whether a result is awaited")
		}
	}
}

func (p *planned) result(ref int) plan.Event {
	switch ref {
	case -1:
		return plan.Failed{Reason: plan.Reason{Class: plan.ClassCrash}}
	case 0:
		return plan.Ignored{}
	}
	return plan.Started{Ref: p.ref(ref), Now: p.now, Chance: p.chance}
}

func childName(id string, args any) string {
	if args != nil {
		return args.(string)
	}
	return id
}

func (p *planned) list() string {
	text := ""
	for _, c := range p.s.Children() {
		text += fmt.Sprintf(" %v %v %t", c.Status, c.Ref, c.Waits)
	}
	return text
}

func TestPlanDoesWhatTheNaiveModelDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawSpec(t)
		tape := rapid.SliceOfN(rapid.ByteRange(0, 7), 1, 40).Draw(t, "tape")
		s, err := plan.New(spec)
		if err != nil {
			t.Fatalf("spec: %v", err)
		}
		p := &planned{world: &world{tape: tape, alive: make(map[int]bool), named: make(map[int]string)}, s: s}
		m := newModel(spec, &world{tape: tape, alive: make(map[int]bool), named: make(map[int]string)})
		p.step(plan.Begin{})
		m.begin()
		agree(t, p, m)
		now := time.Duration(0)
		var mailbox []message
		for range rapid.IntRange(0, 60).Draw(t, "length") {
			if p.down {
				return
			}
			mailbox = append(mailbox, drawMessage(t, p, spec)...)
			now += time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds")) * time.Second
			mailbox = append(mailbox, p.over(now)...)
			p.now = now
			for rapid.Bool().Draw(t, "serve") && len(mailbox) > 0 && !p.down {
				msg := mailbox[0]
				mailbox = mailbox[1:]
				posted := len(m.retries)
				chance := rapid.SampledFrom([]float64{0, 0.25, 0.5, 0.875}).Draw(t, "chance")
				p.chance = chance
				switch ev := msg.ev.(type) {
				case plan.ChildExited:
					ev.Now, ev.Chance = now, chance
					p.step(ev)
				case plan.TerminateRef:
					ev.Ref = p.ref(msg.ref) // its name is known by now, if there has been such a process
					p.step(ev)
				case nil: // a retry
					p.step(plan.RetryDue{Key: p.box[0], Now: now, Chance: chance})
					p.box = p.box[1:]
				default:
					p.step(ev)
				}
				m.serve(msg, now, chance)
				agree(t, p, m)
				if msg.ev == nil {
					posted--
				}
				for range len(m.retries) - posted {
					mailbox = append(mailbox, message{kind: "retry"})
				}
			}
		}
	})
}

func agree(t *rapid.T, p *planned, m *model) {
	t.Helper()
	if !slices.Equal(p.log, m.log) {
		t.Fatalf("plan and model part:\nplan  %v\nmodel %v", p.log, m.log)
	}
	if !m.down && p.list() != m.list() {
		t.Fatalf("children differ after %v:\nplan  %s\nmodel %s", p.log, p.list(), m.list())
	}
}

func drawSpec(t *rapid.T) plan.Spec {
	spec := plan.Spec{
		Strategy:     plan.Strategy(rapid.IntRange(0, 3).Draw(t, "strategy")),
		Intensity:    plan.Intensity{Max: rapid.SampledFrom([]int{plan.NoRestarts, 0, 2, 5, 30}).Draw(t, "max"), Within: 5 * time.Second},
		AutoShutdown: plan.AutoShutdown(rapid.IntRange(0, 2).Draw(t, "auto")),
	}
	n := rapid.IntRange(0, 4).Draw(t, "children")
	if spec.Strategy == plan.SimpleOneForOne {
		n = 1
	}
	for i := range n {
		spec.Children = append(spec.Children, drawChild(t, fmt.Sprintf("c%d", i), spec.AutoShutdown))
	}
	return spec
}

func drawChild(t *rapid.T, id string, auto plan.AutoShutdown) plan.Child {
	c := plan.Child{ID: id, Start: id, Restart: plan.Restart(rapid.IntRange(0, 2).Draw(t, "restart"))}
	c.Significant = auto != plan.Never && c.Restart != plan.Permanent && rapid.Bool().Draw(t, "significant")
	if c.Restart == plan.Temporary {
		return c
	}
	if rapid.Bool().Draw(t, "backs off") {
		c.Backoff = drawBackoff(t)
	}
	if rapid.IntRange(0, 2).Draw(t, "limited") == 0 {
		c.Limit = &plan.Limit{
			Intensity: plan.Intensity{Max: rapid.SampledFrom([]int{plan.NoRestarts, 0, 2}).Draw(t, "own max"), Within: 4 * time.Second},
			Then:      plan.Then(rapid.IntRange(0, 1).Draw(t, "then")),
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "scheduled") == 0 {
		c.Schedule = &plan.Schedule{
			Every:  rapid.SampledFrom([]time.Duration{2 * time.Second, 7 * time.Second}).Draw(t, "every"),
			Jitter: rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "shift"),
		}
	}
	return c
}

// drawBackoff draws numbers that the model's plain arithmetic gets exactly right.
func drawBackoff(t *rapid.T) *plan.Backoff {
	return &plan.Backoff{
		Initial:    rapid.SampledFrom([]time.Duration{time.Second, 1500 * time.Millisecond}).Draw(t, "initial"),
		Max:        rapid.SampledFrom([]time.Duration{1500 * time.Millisecond, 5 * time.Second}).Draw(t, "longest"),
		Factor:     rapid.SampledFrom([]float64{1, 1.5, 2, 3}).Draw(t, "factor"),
		Jitter:     rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "jitter"),
		ResetAfter: rapid.SampledFrom([]time.Duration{1, 2 * time.Second, 6 * time.Second}).Draw(t, "reset after"),
	}
}

// drawMessage lets something happen: a living process dies, or somebody calls.
func drawMessage(t *rapid.T, p *planned, spec plan.Spec) []message {
	id := fmt.Sprintf("c%d", rapid.IntRange(0, 6).Draw(t, "id"))
	switch kind := rapid.SampledFrom([]string{"exit", "exit", "exit", "start", "terminate", "terminate ref", "restart", "delete"}).Draw(t, "kind"); kind {
	case "exit":
		living := make([]int, 0, len(p.alive))
		for ref := range p.alive {
			living = append(living, ref)
		}
		if len(living) == 0 {
			return nil
		}
		slices.Sort(living)
		ref := rapid.SampledFrom(living).Draw(t, "victim")
		delete(p.alive, ref)
		class := plan.Class(rapid.IntRange(0, 5).Draw(t, "class"))
		return []message{{ev: plan.ChildExited{Ref: p.ref(ref), Reason: plan.Reason{Class: class}}, kind: kind, ref: ref, class: class}}
	case "start":
		if spec.Strategy == plan.SimpleOneForOne {
			return []message{{ev: plan.StartDynamic{Args: id}, kind: "start dynamic", id: id}}
		}
		c := drawChild(t, id, spec.AutoShutdown)
		return []message{{ev: plan.StartChild{Child: c}, kind: kind, child: c}}
	case "terminate":
		return []message{{ev: plan.TerminateChild{ID: id}, kind: kind, id: id}}
	case "terminate ref":
		ref := rapid.OneOf(rapid.IntRange(1, 20), rapid.Just(stranger)).Draw(t, "ref")
		alive := func(ref plan.Ref) bool { return ref == stranger }
		return []message{{ev: plan.TerminateRef{Ref: ref, Alive: alive}, kind: kind, ref: ref}}
	case "restart":
		return []message{{ev: plan.RestartChild{ID: id}, kind: kind, id: id}}
	default:
		return []message{{ev: plan.DeleteChild{ID: id}, kind: kind, id: id}}
	}
}
