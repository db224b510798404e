// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"context"
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
)

// Node is one process, or one child without a process, in a tree.
type Node struct {
	ID          string `json:"id"`                    // of the child in its supervisor
	Path        string `json:"path"`                  // in the tree; empty without a process
	Kind        string `json:"kind"`                  // worker or supervisor, or the kind that the process was given
	State       string `json:"state"`                 // up, stopped, restarting; backoff: restarting, and waiting until it is time
	Strategy    string `json:"strategy,omitempty"`    // of a supervisor
	Incarnation uint64 `json:"incarnation,omitempty"` // 0 without a process
	Restarts    int    `json:"restarts"`              // how often it has been started again
	Recent      int    `json:"recent,omitempty"`      // of a supervisor: restarts in its window
	Allowed     int    `json:"allowed,omitempty"`     // of a supervisor: restarts that its window allows
	LastReason  string `json:"last_reason,omitempty"` // why its former incarnation ended
	Mailbox     int    `json:"mailbox"`               // messages that wait
	InHand      string `json:"in_hand,omitempty"`     // type of the message that is being handled
	Children    []Node `json:"children,omitempty"`    // in start order
	Up          int    `json:"up,omitempty"`          // of a supervisor: children that have a process, those left out included
	Omitted     int    `json:"omitted,omitempty"`     // children left out by the limit
}

// branch is what a supervisor tells of itself and its children.
type branch struct {
	strategy Strategy
	attempt  plan.Attempt
	children []ChildInfo          // latest start first
	logs     map[string]*childLog // copies, of those that have ended at least once
}

func (p *process) branch(ctx *scope) branch {
	b := branch{
		strategy: p.plan.Spec().Strategy, attempt: p.plan.Restarts(p.age(ctx)), children: infos(p.plan.Children()),
		logs: make(map[string]*childLog, len(p.past)),
	}
	for id, l := range p.past {
		now := *l
		b.logs[id] = &now
	}
	return b
}

// Tree returns the tree under a supervisor as it is now. Of each supervisor at most limit children are shown (0: all), the rest counted.
// A supervisor that is busy is waited for until ctx ends, and is then shown without its children.
func Tree(ctx context.Context, root *Supervisor, limit int) (Node, error) {
	pid := root.PID()
	if pid.Fenced() {
		return Node{}, actors.ErrNoProc
	}
	n := node(ChildInfo{ID: pid.Name(), PID: pid, Status: plan.StatusUp, Kind: KindSupervisor}, nil)
	n.walk(ctx, root, limit)
	return n, ctx.Err()
}

func (n *Node) walk(ctx context.Context, s *Supervisor, limit int) {
	b, err := actors.CallForever(ctx, s.ref, func(r actors.Reply[branch]) message { return describe{r} })
	if err != nil {
		return // it ended, or is busy for longer than the caller waits
	}
	n.Strategy, n.Recent, n.Allowed = b.strategy.String(), b.attempt.N, b.attempt.Max
	for _, c := range b.children {
		if c.Status == plan.StatusUp {
			n.Up++
		}
	}
	for i := len(b.children) - 1; i >= 0; i-- {
		if limit > 0 && len(n.Children) == limit {
			n.Omitted = i + 1
			return
		}
		c := b.children[i]
		child := node(c, b.logs[c.ID])
		if child.Path == "" {
			child.Path = n.Path + "/" + child.ID // where it would be
		}
		if sub, err := Of(c.PID); err == nil {
			child.walk(ctx, sub, limit)
		}
		n.Children = append(n.Children, child)
	}
}

// stateBackoff is the state of a child whose restart waits.
const stateBackoff = "backoff"

// node describes one child from outside; log is nil if it has never ended.
func node(c ChildInfo, log *childLog) Node {
	n := Node{ID: c.ID, Kind: c.Kind.String(), State: c.Status.String()}
	if c.Waits {
		n.State = stateBackoff
	}
	if log != nil {
		n.Restarts, n.LastReason = log.restarts, log.last.String()
	}
	if st, ok := c.PID.Status(); ok {
		n.Path, n.Incarnation, n.Mailbox, n.InHand = st.Path, st.ID, st.Queue, st.InHand
		if st.Kind != "" {
			n.Kind = st.Kind
		}
		if n.ID == "" {
			n.ID = fmt.Sprintf("<%d>", st.ID)
		}
	}
	return n
}

// String draws the tree as text, one process a line.
func (n Node) String() string {
	var b strings.Builder
	n.draw(&b, 0)
	return b.String()
}

func (n Node) draw(b *strings.Builder, depth int) {
	fmt.Fprintf(b, "%s%s  %s  %s", strings.Repeat("  ", depth), n.ID, n.Kind, n.State)
	if n.Strategy != "" {
		fmt.Fprintf(b, "  %s  %d/%d up", n.Strategy, n.Up, len(n.Children)+n.Omitted)
	}
	fmt.Fprintf(b, "  restarts %d", n.Restarts)
	if n.Mailbox > 0 {
		fmt.Fprintf(b, "  mailbox %d", n.Mailbox)
	}
	if n.LastReason != "" {
		fmt.Fprintf(b, "  last: %s", n.LastReason)
	}
	b.WriteByte('\n')
	for _, c := range n.Children {
		c.draw(b, depth+1)
	}
	if n.Omitted > 0 {
		fmt.Fprintf(b, "%s... and %d more\n", strings.Repeat("  ", depth+1), n.Omitted)
	}
}

// Dot draws the tree for graphviz.
func (n Node) Dot() string {
	var b strings.Builder
	b.WriteString("digraph tree {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n")
	n.dot(&b, "n")
	b.WriteString("}\n")
	return b.String()
}

func (n Node) dot(b *strings.Builder, name string) {
	style := ""
	if n.State != "up" {
		style = ", style=dashed"
	}
	fmt.Fprintf(b, "\t%s [label=%q%s];\n", name, fmt.Sprintf("%s\n%s %s\nrestarts %d", n.ID, n.Kind, n.State, n.Restarts), style)
	for i, c := range n.Children {
		child := fmt.Sprintf("%s_%d", name, i)
		c.dot(b, child)
		fmt.Fprintf(b, "\t%s -> %s;\n", name, child)
	}
}
