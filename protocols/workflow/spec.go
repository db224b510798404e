// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Policy says what becomes of a workflow of which a node fails.
type Policy string

// The policies. Empty means Compensate where a node can be undone, and else FailFast.
const (
	FailFast   Policy = "fail fast"  // begin nothing more
	Continue   Policy = "continue"   // skip what depends on it
	Compensate Policy = "compensate" // undo what is done
)

// Input is where a node's input is from: another node's output, or a value.
type Input struct {
	Name  string          `json:"name"`
	Node  string          `json:"node,omitempty"`
	Type  string          `json:"type,omitempty"` // that it must be of, if both are known
	Value json.RawMessage `json:"value,omitempty"`
}

// Undo is how a node is undone. It must be idempotent.
type Undo struct {
	Task       string        `json:"task"`
	Idempotent bool          `json:"idempotent"`
	Retries    int           `json:"retries,omitempty"`
	Timeout    time.Duration `json:"timeout,omitempty"`
}

// Condition skips a node unless another's output is equal to a value.
type Condition struct {
	Node   string          `json:"node"`
	Equals json.RawMessage `json:"equals"`
}

// Node is one step.
type Node struct {
	ID    string `json:"id"`
	Agent string `json:"agent"`
	// Task says what is to be done.
	Task   string  `json:"task,omitempty"`
	Inputs []Input `json:"inputs,omitempty"`
	// Gives is the type of the output, if it is known.
	Gives string `json:"gives,omitempty"`
	// After are nodes that must be done besides those that inputs are from.
	After []string `json:"after,omitempty"`
	// Timeout is how long an attempt may take; 0 means a minute. Retries is how often it is tried again.
	Timeout time.Duration `json:"timeout,omitempty"`
	Retries int           `json:"retries,omitempty"`
	// Idempotent says that doing it twice under one key is doing it once; Probe, that the agent can tell what became of a key.
	Idempotent bool       `json:"idempotent,omitempty"`
	Probe      bool       `json:"probe,omitempty"`
	Undo       *Undo      `json:"undo,omitempty"`
	If         *Condition `json:"if,omitempty"`
	// Priority begins a node before others; the greatest first.
	Priority int `json:"priority,omitempty"`
}

// Spec is a workflow.
type Spec struct {
	Session string `json:"-"`
	Nodes   []Node `json:"nodes"`
	// Parallel is how many nodes run at once; 0 means 16.
	Parallel  int    `json:"parallel,omitempty"`
	OnFailure Policy `json:"onFailure,omitempty"`
	// Agents are those that may be named; nil means any.
	Agents []string `json:"-"`
}

// DefaultTimeout is how long an attempt may take.
const DefaultTimeout = time.Minute

// needs are the nodes that a node waits for, in order and none twice.
func (n Node) needs() []string {
	out := slices.Clone(n.After)
	for _, in := range n.Inputs {
		if in.Node != "" {
			out = append(out, in.Node)
		}
	}
	if n.If != nil {
		out = append(out, n.If.Node)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// validate returns every problem, joined, and the nodes in an order of dependence.
func (s Spec) validate() (order []int, err error) {
	var problems []error
	bad := func(wrong bool, node, field, why string) {
		if wrong {
			problems = append(problems, &SpecError{node, field, why})
		}
	}
	bad(len(s.Nodes) == 0, "", "nodes", "there are none")
	bad(s.Parallel < 0, "", "parallel", "it is below 0")
	bad(!slices.Contains([]Policy{"", FailFast, Continue, Compensate}, s.OnFailure), "", "onFailure", fmt.Sprintf("%q is none", string(s.OnFailure)))
	index := map[string]int{}
	for i, n := range s.Nodes {
		_, twice := index[n.ID]
		bad(n.ID == "", n.ID, "id", "it is empty")
		bad(twice, n.ID, "id", "it is there twice")
		index[n.ID] = i
	}
	for _, n := range s.Nodes {
		bad(n.Agent == "", n.ID, "agent", "nobody does it")
		bad(s.Agents != nil && n.Agent != "" && !slices.Contains(s.Agents, n.Agent), n.ID, "agent", fmt.Sprintf("%q takes no part", n.Agent))
		bad(n.Timeout < 0 || n.Retries < 0, n.ID, "retries", "it is below 0")
		bad(n.Undo != nil && !n.Undo.Idempotent, n.ID, "undo", "it is not idempotent")
		bad(n.Undo != nil && (n.Undo.Retries < 0 || n.Undo.Timeout < 0), n.ID, "undo", "it is below 0")
		for _, in := range n.Inputs {
			from, ok := index[in.Node]
			bad(in.Name == "", n.ID, "inputs", "one has no name")
			bad(in.Node == "" && in.Value == nil, n.ID, "inputs", fmt.Sprintf("%q is from nowhere", in.Name))
			bad(in.Value != nil && !json.Valid(in.Value), n.ID, "inputs", fmt.Sprintf("%q is no JSON", in.Name))
			bad(ok && in.Type != "" && s.Nodes[from].Gives != "" && in.Type != s.Nodes[from].Gives, n.ID, "inputs", fmt.Sprintf("%q must be %s and node %q gives another type", in.Name, in.Type, in.Node))
		}
		for _, need := range n.needs() {
			_, ok := index[need]
			bad(!ok, n.ID, "after", fmt.Sprintf("there is no node %q", need))
		}
		bad(n.If != nil && !json.Valid(n.If.Equals), n.ID, "if", "it is no JSON")
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	order, left := s.sort(index)
	if len(left) == 0 {
		return order, nil
	}
	path := s.cycle(index, left)
	problems = append(problems, &CycleError{path})
	for _, i := range left {
		if id := s.Nodes[i].ID; !slices.Contains(path, id) {
			problems = append(problems, &SpecError{id, "after", "it is never reached: what it waits for goes round"})
		}
	}
	return nil, errors.Join(problems...)
}

// sort orders the nodes by dependence, then priority and id; left are those that cannot be.
func (s Spec) sort(index map[string]int) (order, left []int) {
	done := make([]bool, len(s.Nodes))
	for {
		var ready []int
		for i, n := range s.Nodes {
			if !done[i] && !slices.ContainsFunc(n.needs(), func(id string) bool { return !done[index[id]] }) {
				ready = append(ready, i)
			}
		}
		if len(ready) == 0 {
			break
		}
		slices.SortFunc(ready, s.before)
		for _, i := range ready {
			done[i] = true
			order = append(order, i)
		}
	}
	for i := range s.Nodes {
		if !done[i] {
			left = append(left, i)
		}
	}
	return order, left
}

// before orders two nodes that are both ready.
func (s Spec) before(a, b int) int {
	if c := cmp.Compare(s.Nodes[b].Priority, s.Nodes[a].Priority); c != 0 {
		return c
	}
	return cmp.Compare(s.Nodes[a].ID, s.Nodes[b].ID)
}

// cycle finds a way round among nodes that all wait for one another or for such.
func (s Spec) cycle(index map[string]int, left []int) []string {
	var path []string
	at := left[0]
	for {
		id := s.Nodes[at].ID
		if from := slices.Index(path, id); from >= 0 {
			return append(path[from:], id)
		}
		path = append(path, id)
		for _, need := range s.Nodes[at].needs() {
			if next := index[need]; slices.Contains(left, next) {
				at = next
				break
			}
		}
	}
}
