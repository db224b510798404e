// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// NodeState is where a node is.
type NodeState string

// The states of nodes.
const (
	Waiting            NodeState = "waiting"
	Running            NodeState = "running"
	Probing            NodeState = "probing"
	Done               NodeState = "done"
	Failed             NodeState = "failed"
	Skipped            NodeState = "skipped"
	Unknown            NodeState = "unknown"
	Compensating       NodeState = "compensating"
	Compensated        NodeState = "compensated"
	CompensationFailed NodeState = "compensation failed"
)

// Step is one node as it stands.
type Step struct {
	ID     string          `json:"id"`
	State  NodeState       `json:"state"`
	Group  int             `json:"group"` // of attempts under one key, from 1
	Tries  int             `json:"tries"`
	Output json.RawMessage `json:"output,omitempty"`
	Cause  string          `json:"cause,omitempty"`
	gen    uint64
	sure   bool // the last attempt is known to have failed
}

// Workflow runs a graph of nodes.
type Workflow struct {
	spec  Spec
	index map[string]int
	order []int
}

// New checks the spec and returns the machine, or all mistakes joined.
func New(s Spec) (*Workflow, error) {
	order, err := s.validate()
	if err != nil {
		return nil, err
	}
	s.Nodes = slices.Clone(s.Nodes)
	if s.Parallel == 0 {
		s.Parallel = 16
	}
	w := &Workflow{s, map[string]int{}, order}
	undo := false
	for i := range s.Nodes {
		n := &s.Nodes[i]
		w.index[n.ID] = i
		undo = undo || n.Undo != nil
		if n.Timeout == 0 {
			n.Timeout = DefaultTimeout
		}
	}
	if w.spec.OnFailure == "" {
		w.spec.OnFailure = FailFast
		if undo {
			w.spec.OnFailure = Compensate
		}
	}
	return w, nil
}

// Progress is the state of a workflow.
type Progress struct {
	Steps    []Step
	opened   bool
	paused   bool
	failing  string // why nothing more is begun
	cancel   *machine.Cancel
	undoing  bool
	deadline time.Time
}

// Run returns the machine before its first event.
func (w *Workflow) Run() *machine.Run[*Progress] {
	p := &Progress{Steps: make([]Step, len(w.spec.Nodes))}
	for i, n := range w.spec.Nodes {
		p.Steps[i] = Step{ID: n.ID, State: Waiting}
	}
	return machine.Of(w, p)
}

const deadline = "deadline"

// Commands that a workflow knows.
const (
	Pause  = "pause"  // begin nothing until Resume
	Resume = "resume" // go on
	// Resolve says what became of a node that is unknown: its Args are a Resolution.
	Resolve = "resolve"
)

// Resolution says what became of a node.
type Resolution struct {
	Node   string          `json:"node"`
	Done   bool            `json:"done"`
	Output json.RawMessage `json:"output,omitempty"`
}

// Step lets something happen.
func (w *Workflow) Step(p *Progress, e machine.Event) (*Progress, []machine.Effect) {
	var effects []machine.Effect
	switch e := e.(type) {
	case machine.Opened:
		p.opened, p.deadline = true, e.Deadline
		if !e.Deadline.IsZero() {
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)})
		}
	case machine.Received:
		effects = w.received(p, e)
	case machine.TimerFired:
		if e.ID == deadline {
			return p, []machine.Effect{machine.Decide{Outcome: w.outcome(p, machine.Expired, machine.WhyDeadline, "")}}
		}
		effects = w.timeUp(p, e)
	case machine.Down:
		for i, n := range w.spec.Nodes {
			if n.Agent == e.Agent {
				effects = append(effects, w.lost(p, i, "its agent has ended: "+e.Reason)...)
			}
		}
	case machine.Restored:
		effects = w.restored(p)
	case machine.Cancel:
		if p.cancel == nil {
			p.cancel, p.failing, p.paused = &e, "cancelled: "+e.Why, false
		}
	case machine.Command:
		effects = w.command(p, e)
	case machine.Tick, machine.Up:
	}
	return p, w.goOn(p, effects)
}

func (w *Workflow) command(p *Progress, e machine.Command) []machine.Effect {
	switch e.Name {
	case Pause:
		p.paused = true
		return nil
	case Resume:
		p.paused = false
		return nil
	case Resolve:
		var r Resolution
		if err := json.Unmarshal(e.Args, &r); err == nil {
			if i, ok := w.index[r.Node]; ok && p.Steps[i].State == Unknown {
				if r.Done {
					return w.done(p, i, r.Output)
				}
				return w.failed(p, i, "resolved as not done")
			}
		}
	}
	return []machine.Effect{machine.Ignored("", &SpecError{Field: "command", Why: fmt.Sprintf("%q does not fit", e.Name)})}
}

func (w *Workflow) key(p *Progress, i int) string {
	return fmt.Sprintf("%s/%s/%d", w.spec.Session, p.Steps[i].ID, p.Steps[i].Group)
}

func (w *Workflow) undoKey(i int) string {
	return fmt.Sprintf("%s/%s/undo", w.spec.Session, w.spec.Nodes[i].ID)
}

func timer(id string) string { return "node/" + id }

// begin asks an agent to do a node, after that is stored.
func (w *Workflow) begin(p *Progress, i int) []machine.Effect {
	n, s := w.spec.Nodes[i], &p.Steps[i]
	if s.sure || s.Group == 0 {
		s.Group++
	}
	s.State, s.sure = Running, false
	s.Tries++
	s.gen++
	record, _ := json.Marshal(map[string]any{"node": n.ID, "key": w.key(p, i), "try": s.Tries}) // plain texts
	return []machine.Effect{
		machine.Persist{Kind: "node.started", Data: record},
		machine.SetTimer{ID: timer(n.ID), Gen: s.gen, After: n.Timeout},
		machine.Send{To: n.Agent, Msg: machine.Invite{
			Role: machine.RoleRun, Round: s.Tries, Key: w.key(p, i), Question: n.Task, Input: w.inputs(p, n), Deadline: p.deadline, Once: !n.Idempotent,
		}},
	}
}

// inputs makes the JSON of a node's inputs.
func (w *Workflow) inputs(p *Progress, n Node) []byte {
	all := make(map[string]json.RawMessage, len(n.Inputs))
	for _, in := range n.Inputs {
		all[in.Name] = in.Value
		if in.Node != "" {
			all[in.Name] = p.Steps[w.index[in.Node]].Output
		}
		if all[in.Name] == nil {
			all[in.Name] = json.RawMessage("null")
		}
	}
	text, err := json.Marshal(all) // in the order of the names
	if err != nil {
		return []byte("{}") // every part was checked
	}
	return text
}

func (w *Workflow) received(p *Progress, e machine.Received) []machine.Effect {
	a, ok := e.Msg.(machine.Answer)
	if !ok {
		return []machine.Effect{machine.Ignored(e.From, &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})}
	}
	for i := range p.Steps {
		n, s := w.spec.Nodes[i], &p.Steps[i]
		if n.Agent != e.From {
			continue
		}
		switch {
		case a.Key == w.key(p, i) && (s.State == Running || s.State == Probing || s.State == Unknown):
			if a.Error != "" || a.Decline != "" {
				s.sure = true
				return w.failed(p, i, a.Error+a.Decline)
			}
			if len(a.Output) > 0 && !json.Valid(a.Output) {
				s.sure = true
				return w.failed(p, i, "its output is no JSON")
			}
			return w.done(p, i, output(a))
		case a.Key == w.undoKey(i) && s.State == Compensating:
			if a.Error != "" || a.Decline != "" {
				return w.notUndone(p, i, a.Error+a.Decline)
			}
			s.State = Compensated
			return []machine.Effect{machine.StopTimer{ID: timer(n.ID)}, machine.Note{Kind: machine.NoteBallot, Agent: e.From, Text: n.ID + " undone"}}
		}
	}
	return []machine.Effect{machine.Ignored(e.From, consensus.ErrBallotClosed)}
}

func output(a machine.Answer) json.RawMessage {
	switch {
	case len(a.Output) > 0:
		return a.Output
	case a.Text != "":
		text, _ := json.Marshal(a.Text) // a text
		return text
	}
	return json.RawMessage("null")
}

func (w *Workflow) done(p *Progress, i int, out json.RawMessage) []machine.Effect {
	s := &p.Steps[i]
	s.State, s.Output, s.Cause = Done, out, ""
	return []machine.Effect{machine.StopTimer{ID: timer(s.ID)}, machine.Note{Kind: machine.NoteBallot, Agent: w.spec.Nodes[i].Agent, Text: s.ID + " done"}}
}

// failed tries a node again, or gives it up.
func (w *Workflow) failed(p *Progress, i int, cause string) []machine.Effect {
	n, s := w.spec.Nodes[i], &p.Steps[i]
	s.Cause = cause
	effects := []machine.Effect{machine.StopTimer{ID: timer(n.ID)}, machine.Forget{Key: w.key(p, i)}}
	if s.Tries <= n.Retries && p.failing == "" {
		return append(effects, w.begin(p, i)...)
	}
	s.State = Failed
	if w.spec.OnFailure != Continue && p.failing == "" {
		p.failing = (&NodeError{n.ID, cause}).Error()
	}
	return append(effects, machine.Note{Kind: machine.NoteBallot, Agent: n.Agent, Text: n.ID + " failed: " + cause})
}

// timeUp is the end of an attempt that has not been answered.
func (w *Workflow) timeUp(p *Progress, e machine.TimerFired) []machine.Effect {
	for i := range p.Steps {
		if s := &p.Steps[i]; timer(s.ID) == e.ID && s.gen == e.Gen {
			return w.lost(p, i, "it took too long")
		}
	}
	return nil
}

// lost is an attempt of which nobody knows what became: it is done again under its key, asked about, or unknown.
func (w *Workflow) lost(p *Progress, i int, cause string) []machine.Effect {
	n, s := w.spec.Nodes[i], &p.Steps[i]
	switch {
	case s.State == Compensating:
		return w.notUndone(p, i, cause)
	case s.State == Probing:
		return w.unknown(p, i, cause)
	case s.State != Running:
		return nil
	case n.Idempotent:
		return w.failed(p, i, cause)
	case n.Probe:
		return w.probe(p, i)
	}
	return w.unknown(p, i, cause)
}

func (w *Workflow) probe(p *Progress, i int) []machine.Effect {
	n, s := w.spec.Nodes[i], &p.Steps[i]
	s.State = Probing
	s.gen++
	return []machine.Effect{
		machine.SetTimer{ID: timer(n.ID), Gen: s.gen, After: n.Timeout},
		machine.Send{To: n.Agent, Msg: machine.Invite{Role: machine.RoleProbe, Round: s.Tries, Key: w.key(p, i), Question: n.Task, Deadline: p.deadline}},
	}
}

func (w *Workflow) unknown(p *Progress, i int, cause string) []machine.Effect {
	s := &p.Steps[i]
	s.State, s.Cause = Unknown, cause
	return []machine.Effect{machine.StopTimer{ID: timer(s.ID)}, machine.Forget{Key: w.key(p, i)}, machine.Note{
		Kind: machine.NoteIgnored, Agent: w.spec.Nodes[i].Agent, Text: cause, Err: &UnknownOutcomeError{s.ID},
	}}
}

// restored asks what became of nodes that were running when the session crashed. Those that are idempotent are asked for again by who runs the machine.
func (w *Workflow) restored(p *Progress) (effects []machine.Effect) {
	for i := range p.Steps {
		if n := w.spec.Nodes[i]; p.Steps[i].State == Running && !n.Idempotent {
			effects = append(effects, w.lost(p, i, "the session has crashed")...)
		}
	}
	return effects
}

// goOn begins what is ready, undoes what is to be undone, and ends when nothing is left.
func (w *Workflow) goOn(p *Progress, effects []machine.Effect) []machine.Effect {
	if !p.opened {
		return effects
	}
	if p.failing == "" && !p.paused {
		effects = append(effects, w.beginReady(p)...)
	}
	for i := range p.Steps {
		if s := p.Steps[i].State; s == Running || s == Probing || s == Unknown || s == Waiting && p.failing == "" {
			return effects // wait for it
		}
	}
	if p.failing != "" && (w.spec.OnFailure == Compensate || p.cancel != nil) {
		more, busy := w.undo(p)
		if effects = append(effects, more...); busy {
			return effects
		}
	}
	return append(effects, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: w.end(p)})
}

// beginReady begins and skips nodes until nothing more can be.
func (w *Workflow) beginReady(p *Progress) (effects []machine.Effect) {
	for {
		running := 0
		for _, s := range p.Steps {
			if s.State == Running || s.State == Probing || s.State == Unknown {
				running++
			}
		}
		var ready []int
		skipped := false
		for i, s := range p.Steps {
			if s.State != Waiting {
				continue
			}
			switch w.ready(p, w.spec.Nodes[i]) {
			case Running:
				ready = append(ready, i)
			case Skipped:
				p.Steps[i].State, skipped = Skipped, true
			}
		}
		slices.SortFunc(ready, w.spec.before)
		for _, i := range ready[:min(len(ready), max(w.spec.Parallel-running, 0))] {
			effects = append(effects, w.begin(p, i)...)
		}
		if !skipped {
			return effects
		}
	}
}

// ready is what a node that waits is to become now: Running, Skipped or Waiting.
func (w *Workflow) ready(p *Progress, n Node) NodeState {
	out := Running
	for _, need := range n.needs() {
		switch p.Steps[w.index[need]].State {
		case Done:
		case Failed, Skipped, Compensated, CompensationFailed:
			return Skipped
		default:
			out = Waiting
		}
	}
	if out == Running && n.If != nil && !equal(p.Steps[w.index[n.If.Node]].Output, n.If.Equals) {
		return Skipped
	}
	return out
}

// equal compares JSON without regard to space.
func equal(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// undo undoes one node at a time, the last of the order of dependence first; busy while there is one.
func (w *Workflow) undo(p *Progress) (effects []machine.Effect, busy bool) {
	for k := len(w.order) - 1; k >= 0; k-- {
		i := w.order[k]
		n, s := w.spec.Nodes[i], &p.Steps[i]
		switch {
		case s.State == Compensating:
			return effects, true
		case s.State == Done && n.Undo != nil:
			p.undoing = true
			s.State, s.Tries = Compensating, 0
			return append(effects, w.sendUndo(p, i)...), true
		}
	}
	return effects, false
}

func (w *Workflow) sendUndo(p *Progress, i int) []machine.Effect {
	n, s := w.spec.Nodes[i], &p.Steps[i]
	s.Tries++
	s.gen++
	takes := n.Undo.Timeout
	if takes == 0 {
		takes = DefaultTimeout
	}
	record, _ := json.Marshal(map[string]any{"node": n.ID, "key": w.undoKey(i), "try": s.Tries}) // plain texts
	return []machine.Effect{
		machine.Persist{Kind: "node.undoing", Data: record},
		machine.SetTimer{ID: timer(n.ID), Gen: s.gen, After: takes},
		machine.Send{To: n.Agent, Msg: machine.Invite{Role: machine.RoleUndo, Round: s.Tries, Key: w.undoKey(i), Question: n.Undo.Task, Input: s.Output, Deadline: p.deadline}},
	}
}

// notUndone tries an undo again, or records that it has failed.
func (w *Workflow) notUndone(p *Progress, i int, cause string) []machine.Effect {
	n, s := w.spec.Nodes[i], &p.Steps[i]
	s.Cause = cause
	if s.Tries <= n.Undo.Retries {
		return w.sendUndo(p, i)
	}
	s.State = CompensationFailed
	return []machine.Effect{machine.StopTimer{ID: timer(n.ID)}, machine.Forget{Key: w.undoKey(i)}}
}

// end is the outcome when nothing is left to do.
func (w *Workflow) end(p *Progress) machine.Outcome {
	var stuck []string
	for _, s := range p.Steps {
		if s.State == CompensationFailed {
			stuck = append(stuck, s.ID)
		}
	}
	switch {
	case len(stuck) > 0:
		return w.outcome(p, machine.Failed, machine.WhyFailed, (&CompensationError{stuck}).Error())
	case p.cancel != nil:
		return w.outcome(p, machine.Cancelled, machine.WhyCancelled, p.cancel.Why)
	case p.failing != "" && p.undoing:
		return w.outcome(p, machine.NoDecision, machine.WhyUndone, p.failing)
	case p.failing != "":
		return w.outcome(p, machine.Failed, machine.WhyFailed, p.failing)
	}
	return w.outcome(p, machine.Decided, "", "")
}

func (w *Workflow) outcome(p *Progress, v machine.Verdict, why machine.Why, text string) machine.Outcome {
	o := machine.Outcome{Verdict: v, Why: why, Text: text, Method: "workflow", Rounds: 1}
	if v == machine.Decided {
		o.Decision = "done"
		if slices.ContainsFunc(p.Steps, func(s Step) bool { return s.State == Failed }) {
			o.Decision = "done in part"
		}
	}
	o.Detail, _ = json.Marshal(p.Steps) // plain data
	return o
}
