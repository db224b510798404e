// SPDX-License-Identifier: Apache-2.0

package hierarchy

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// Mode says how groups' counts become a decision.
type Mode string

// The modes. Empty means Exact.
const (
	// Exact decides by the tally of all.
	Exact Mode = "exact"
	// Delegated lets each group decide, and then the groups, each with one vote. It can differ from the vote of all.
	Delegated Mode = "delegated"
)

// Spec is one vote among many.
type Spec struct {
	consensus.Spec
	// FanOut is the size of groups; 0 means 32.
	FanOut int
	Mode   Mode
	// Groups are the electors' numbers by group; nil means at random by Seed.
	Groups [][]int
	Seed   uint64
	// Standing orders the representatives; nil means by name.
	Standing func(agent string) Standing
}

// Flush is how long a group's count waits for more ballots before it goes up, unless the group is complete.
const Flush = 2 * time.Millisecond

// Vote is hierarchical consensus.
type Vote struct {
	spec   Spec
	digest string
	tree   Tree
}

// New checks the spec and returns the machine, or all mistakes joined.
func New(s Spec) (*Vote, error) {
	var problems []error
	if s.Rule.Kind == consensus.AtLeast || s.Rule.Kind == consensus.Weighted {
		problems = append(problems, &consensus.RuleError{Field: "kind", Why: strconv.Quote(string(s.Rule.Kind)) + " depends on more than counts"})
	}
	if s.Mode != "" && s.Mode != Exact && s.Mode != Delegated {
		problems = append(problems, &consensus.RuleError{Field: "mode", Why: strconv.Quote(string(s.Mode)) + " is none"})
	}
	n := s.Electorate.Len()
	if n == 0 {
		problems = append(problems, &consensus.RuleError{Field: "electorate", Why: "nobody may vote"})
	}
	problems = append(problems, s.Rule.Validate(s.Options, n))
	if s.FanOut == 0 {
		s.FanOut = 32
	}
	s.FanOut = FanOut(n, s.FanOut)
	if s.Groups == nil {
		s.Groups = Shuffled(n, s.FanOut, s.Seed)
	} else if err := partition(s.Groups, n); err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Vote{s, consensus.Digest(s.Session, s.Question, s.Options), Grow(s.Groups, n, s.FanOut)}, nil
}

// partition checks that everybody is in exactly one group.
func partition(groups [][]int, n int) error {
	seen := make([]bool, n)
	count := 0
	for _, g := range groups {
		if len(g) == 0 {
			return &consensus.RuleError{Field: "groups", Why: "one is empty"}
		}
		for _, i := range g {
			if i < 0 || i >= n || seen[i] {
				return &consensus.RuleError{Field: "groups", Why: "elector " + strconv.Itoa(i) + " is none, or is in two"}
			}
			seen[i] = true
			count++
		}
	}
	if count != n {
		return &consensus.RuleError{Field: "groups", Why: "somebody is in none"}
	}
	return nil
}

// Tree is who counts for whom.
func (v *Vote) Tree() Tree { return v.tree }

// Tallying is the state of a vote.
type Tallying struct {
	boxes    []*consensus.Box // of the leaves
	place    []int            // of each elector in its leaf's box
	nodes    []*Node          // of the groups above; nil for leaves
	versions []uint64
	leases   []Lease // of the leaves
	dirty    []int   // leaves whose count has not gone up
	isDirty  []bool
	armed    bool
	gen      uint64
	links    Delegations
	deadline time.Time
	opened   bool
}

// Run returns the machine before its first event.
func (v *Vote) Run() *machine.Run[*Tallying] {
	n := len(v.tree.Parent)
	s := &Tallying{nodes: make([]*Node, n), versions: make([]uint64, n), place: make([]int, v.spec.Electorate.Len())}
	blank := make([]consensus.Count, n)
	for g, members := range v.tree.Members {
		if members == nil {
			below := map[int]consensus.Count{}
			for _, c := range v.tree.Children[g] {
				below[c] = copyOf(blank[c])
			}
			s.nodes[g] = NewNode(len(v.spec.Options), below)
			blank[g] = copyOf(s.nodes[g].Count())
			continue
		}
		list := make([]consensus.Elector, len(members))
		stand := make([]Standing, len(members))
		for k, i := range members {
			s.place[i], list[k] = k, v.spec.Electorate.At(i)
			stand[k] = Standing{Agent: list[k].Agent, Health: machine.One, Reputation: machine.One}
			if v.spec.Standing != nil {
				stand[k] = v.spec.Standing(list[k].Agent)
			}
		}
		all, _ := consensus.NewElectorate(list) // part of one that is valid
		box := consensus.NewBox(v.spec.Rule, v.spec.Options, all, v.digest)
		s.boxes, s.leases = append(s.boxes, box), append(s.leases, NewLease(Candidates(stand)))
		blank[g] = copyOf(box.Count())
	}
	s.isDirty = make([]bool, len(s.boxes))
	return machine.Of(v, s)
}

// count is the tally at the root.
func (v *Vote) count(s *Tallying) consensus.Count {
	if root := v.tree.Root(); s.nodes[root] != nil {
		return s.nodes[root].Count()
	}
	return s.boxes[0].Count()
}

const (
	deadline = "deadline"
	flush    = "flush"
)

// Step lets something happen.
func (v *Vote) Step(s *Tallying, e machine.Event) (*Tallying, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.opened, s.deadline = true, e.Deadline
		var effects []machine.Effect
		if !e.Deadline.IsZero() {
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)})
		}
		return s, append(effects, machine.Broadcast{Msg: v.invite(s, "")})
	case machine.Received:
		return s, v.received(s, e)
	case machine.Down:
		return s, v.down(s, e)
	case machine.TimerFired:
		switch {
		case e.ID == deadline && !e.At.Before(s.deadline):
			return s, []machine.Effect{machine.Decide{Outcome: v.outcome(s)}}
		case e.ID == flush && e.Gen == s.gen:
			s.armed = false
			for _, g := range s.dirty {
				v.up(s, g)
			}
			s.dirty = s.dirty[:0]
			return s, v.end(s, nil)
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, v.outcome(s))}}
	case machine.Tick, machine.Up, machine.Restored, machine.Command:
	}
	return s, nil
}

func (v *Vote) invite(s *Tallying, key string) machine.Invite {
	return machine.Invite{Role: machine.RoleVote, Round: 1, Key: key, Question: v.spec.Question, Options: v.spec.Options, Deadline: s.deadline}
}

func (v *Vote) received(s *Tallying, e machine.Received) []machine.Effect {
	a, ok := e.Msg.(machine.Answer)
	i, member := v.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return []machine.Effect{machine.Ignored(e.From, &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})}
	case !member:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrNotMember)}
	case !s.opened || !s.deadline.IsZero() && !e.At.Before(s.deadline):
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrBallotClosed)}
	case a.Delegate != "":
		return v.delegate(s, i, e.From, a)
	}
	g := v.tree.Leaf[i]
	changed, err := s.boxes[g].Cast(e.From, a)
	switch {
	case err != nil:
		return []machine.Effect{machine.Ignored(e.From, err)}
	case !changed:
		return []machine.Effect{machine.Note{Kind: machine.NoteIgnored, Agent: e.From, Text: "the same ballot again"}}
	}
	s.links.Withdraw(i) // an own ballot overrides
	return v.changed(s, g, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From, Text: a.Choice}})
}

// delegate has another vote. Where that cannot be, the elector is asked directly.
func (v *Vote) delegate(s *Tallying, i int, from string, a machine.Answer) []machine.Effect {
	if a.Digest != "" && a.Digest != v.digest {
		return []machine.Effect{machine.Ignored(from, consensus.ErrQuestionMismatch)}
	}
	_, voted, missing := s.boxes[v.tree.Leaf[i]].Slot(s.place[i])
	to, ok := v.spec.Electorate.Find(a.Delegate)
	switch {
	case voted || !missing:
		return []machine.Effect{machine.Ignored(from, &consensus.BallotError{Field: "delegate", Why: "the agent has voted itself"})}
	case !ok || a.Delegate == from:
		return []machine.Effect{machine.Ignored(from, &consensus.BallotError{Field: "delegate", Why: strconv.Quote(a.Delegate) + " cannot vote for it"})}
	case s.links.Has(i):
		return []machine.Effect{machine.Ignored(from, &consensus.BallotError{Field: "delegate", Why: "the agent has delegated already"})}
	case !s.links.Delegate(i, to):
		return []machine.Effect{
			machine.Ignored(from, &consensus.BallotError{Field: "delegate", Why: "the chain goes round, or is too long"}),
			machine.Send{To: from, Msg: v.invite(s, "direct")},
		}
	}
	v.exact(s)
	return v.end(s, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: from, Text: "delegated to " + a.Delegate}})
}

// changed sends a leaf's count up at once if it is complete, or if the end depends on who is left, and else with the next flush.
func (v *Vote) changed(s *Tallying, g int, effects []machine.Effect) []machine.Effect {
	if s.nodes[v.tree.Root()] == nil || s.boxes[g].Count().Waiting == 0 || len(s.links.to) > 0 {
		v.up(s, g)
		return v.end(s, effects)
	}
	if !s.isDirty[g] {
		s.isDirty[g] = true
		s.dirty = append(s.dirty, g)
	}
	if !s.armed {
		s.armed = true
		s.gen++
		effects = append(effects, machine.SetTimer{ID: flush, Gen: s.gen, After: Flush})
	}
	return effects
}

// up takes a leaf's count to the root.
func (v *Vote) up(s *Tallying, g int) {
	s.isDirty[g] = false
	count := s.boxes[g].Count()
	epoch := s.leases[g].Epoch
	for at := g; v.tree.Parent[at] >= 0; at = v.tree.Parent[at] {
		above := v.tree.Parent[at]
		s.versions[at]++
		_, _ = s.nodes[above].Take(Partial{Group: at, Epoch: epoch, Version: s.versions[at], Count: copyOf(count)}) // newer than the last of the same epoch
		count, epoch = s.nodes[above].Count(), 1
	}
}

// down counts an elector as absent, and replaces it where it represents its group.
func (v *Vote) down(s *Tallying, e machine.Down) []machine.Effect {
	i, ok := v.spec.Electorate.Find(e.Agent)
	if !ok {
		return nil
	}
	g := v.tree.Leaf[i]
	var replaced bool
	if s.leases[g], replaced = s.leases[g].Lose(e.Agent); replaced {
		if above := v.tree.Parent[g]; above >= 0 {
			s.nodes[above].Grant(g, s.leases[g].Epoch)
		}
	}
	if s.links.Has(i) || !s.boxes[g].Part(e.Agent) {
		if replaced {
			return v.changed(s, g, nil)
		}
		return nil
	}
	return v.changed(s, g, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}})
}

// end adds the end of the vote when nothing can change it, or only those have not voted whom others vote for.
func (v *Vote) end(s *Tallying, effects []machine.Effect) []machine.Effect {
	c := v.count(s)
	if len(s.links.to) == 0 {
		if v.spec.Mode == Delegated && c.Waiting > 0 || !v.spec.Rule.Settled(c, v.spec.Options) {
			return effects
		}
	} else if c.Waiting > len(s.links.to) {
		return effects
	}
	return append(effects, machine.StopTimer{ID: flush}, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: v.outcome(s)})
}

// slot is what an elector has done, or who votes for it.
func (v *Vote) slot(s *Tallying, i int) (option int, voted, missing bool) {
	i = s.links.End(i)
	return s.boxes[v.tree.Leaf[i]].Slot(s.place[i])
}

// Detail is the detail of an outcome.
type Detail struct {
	Groups int `json:"groups"`
	Levels int `json:"levels"`
	FanOut int `json:"fanOut"`
	// Replaced counts representatives.
	Replaced int `json:"replaced,omitempty"`
	// Delegated counts electors for whom others voted.
	Delegated int `json:"delegated,omitempty"`
	// ContradictsGlobal says that groups have decided otherwise than the vote of all would have.
	ContradictsGlobal bool `json:"contradictsGlobal,omitempty"`
}

// outcome counts everybody, with delegations, and applies the rule.
func (v *Vote) outcome(s *Tallying) machine.Outcome {
	n := v.spec.Electorate.Len()
	var slots func(i int) (int, bool, bool)
	count := v.exact(s)
	if len(s.links.to) > 0 {
		slots = func(i int) (int, bool, bool) { return v.slot(s, i) }
		count = v.recount(s)
	} else {
		slots = func(i int) (int, bool, bool) { return s.boxes[v.tree.Leaf[i]].Slot(s.place[i]) }
	}
	o := consensus.Judge(v.spec.Rule, v.spec.Options, count, consensus.Draw(v.spec.Rule, v.spec.Session, n, slots), consensus.Roll{All: v.spec.Electorate, Slot: slots})
	d := Detail{Groups: len(s.boxes), Levels: v.tree.Levels(), FanOut: v.tree.FanOut, Delegated: len(s.links.to)}
	for _, l := range s.leases {
		d.Replaced += l.Failed
	}
	o.Early = o.Early && len(s.links.to) == 0
	if v.spec.Mode == Delegated {
		o, d.ContradictsGlobal = v.byGroups(s, o)
	}
	o.Detail, _ = json.Marshal(d) // plain numbers
	return o
}

// exact is the tally of what is in the boxes now, also of what has not gone up.
func (v *Vote) exact(s *Tallying) consensus.Count {
	for _, g := range s.dirty {
		if s.isDirty[g] {
			v.up(s, g)
		}
	}
	return v.count(s)
}

// recount counts electors one by one, each as who votes for it.
func (v *Vote) recount(s *Tallying) consensus.Count {
	c := consensus.NewCount(len(v.spec.Options), 0, 0)
	for i := range v.spec.Electorate.Len() {
		w := v.spec.Electorate.At(i).Weight
		switch option, voted, missing := v.slot(s, i); {
		case voted:
			c.Weights[option] += w
			c.Voters[option]++
		case missing:
			c.Absent += w
		default:
			c.Abstained += w
		}
	}
	return c
}

// byGroups lets the groups decide, each with one vote; who has no decision abstains.
func (v *Vote) byGroups(s *Tallying, global machine.Outcome) (machine.Outcome, bool) {
	c := consensus.NewCount(len(v.spec.Options), 0, 0)
	for g, box := range s.boxes {
		if w, _ := v.spec.Rule.Winner(box.Count(), v.spec.Options, uint64(g)); w != consensus.NoOption {
			c.Weights[w] += machine.One
			c.Voters[w]++
		} else {
			c.Abstained += machine.One
		}
	}
	o := consensus.Judge(v.spec.Rule, v.spec.Options, c, v.spec.Seed, consensus.Roll{})
	o.Method, o.Missing, o.Electorate, o.Turnout = "delegated: "+o.Method, global.Missing, global.Electorate, global.Turnout
	return o, o.Decision != global.Decision
}
