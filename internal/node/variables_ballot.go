// SPDX-License-Identifier: Apache-2.0

package node

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/config"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

// The words of a vote about a change: what a policy that approves says, and the other one.
const (
	forIt     = "yes"
	againstIt = "no"
)

// ballot is the session of a question. It says the same whenever the same question is asked.
func (n *Node) ballot(q cognitive.Question) protocols.Spec {
	s := protocols.Spec{
		ID: protocols.SessionID(q.ID), Question: questionText(q), Options: []string{forIt, againstIt}, Rule: rule(q.Policy),
		Deadline: q.Policy.Within, Tags: []string{"variable", q.Space + "/" + q.Variable}, Participants: q.Policy.Electorate,
	}
	if len(s.Participants) == 0 {
		s.Query = "namespace *"
		if d := n.declared(q.Space, q.Variable); d != nil && d.Query != "" {
			s.Query = d.Query
		}
	}
	if d := n.declared(q.Space, q.Variable); d != nil && d.Quorum == 0 {
		s.Rule.Quorum = consensus.NoQuorum // in the policy 0 is the default
	}
	switch config.DecisionMode(q.Policy.Mode) {
	case config.WeightedDecision:
		s.Protocol, s.Expertise = selector.Weighted, true
	case config.HierarchicalDecision:
		s.Protocol = selector.Hierarchical
	case config.ConsensusDecision:
		s.Protocol, s.Fault = selector.Byzantine, selector.High
	case config.VoteDecision, config.NoDecision, config.PivotalDecision, config.SecondPriceDecision:
		s.Protocol = selector.Simple
	default: // of a program of its own
		s.Protocol = selector.Protocol(q.Policy.Mode)
	}
	return s
}

// declared is what the config says of the decisions about a variable; nil if it says nothing.
func (n *Node) declared(space, variable string) *config.VariableDecision {
	c := n.o.Config.Variables
	if c == nil {
		return nil
	}
	for _, s := range c.Spaces {
		i := slices.IndexFunc(s.Variables, func(v config.SharedVariable) bool { return s.Space == space && v.Variable == variable })
		if i >= 0 {
			return s.Variables[i].Decision
		}
	}
	return nil
}

// questionText is the question in words.
func questionText(q cognitive.Question) string {
	text := fmt.Sprintf("May %s/%s go from %s to %s?", q.Space, q.Variable, q.Present, q.Proposed)
	if len(q.Others) > 0 {
		text += fmt.Sprintf(" (together with %q)", q.Others)
	}
	if q.Proposer != "" || q.Reason != "" {
		text += fmt.Sprintf(" %s: %s", q.Proposer, q.Reason)
	}
	return text
}

// countered makes a verdict against a change one for what the voters would agree to instead, if they have said it: the value with most weight that the
// variable can have, and does not have.
func (n *Node) countered(r protocols.Result, v cognitive.Verdict, tags []string) cognitive.Verdict {
	if v.Outcome != cognitive.Rejected || len(tags) != 2 {
		return v
	}
	name, variable, _ := strings.Cut(tags[1], "/")
	space := n.VariableSpace(name)
	if space == nil {
		return v
	}
	info, err := space.Info(variable)
	if err != nil {
		return v
	}
	for _, c := range consensus.Counters(r.Outcome) {
		if value, err := kind.Parse(info.Kind, c.Value); err == nil && !value.Equal(info.Seen.Value) {
			v.Outcome, v.Chosen, v.By, v.Reason = cognitive.Countered, value, c.Agent, "instead of what was proposed"
			return v
		}
	}
	return v
}

// rule is when a change is agreed to. A tie keeps the present value, as nobody has won.
func rule(p cognitive.Policy) consensus.Rule {
	r := consensus.Rule{Kind: consensus.Majority, Quorum: share(p.Quorum)}
	if p.Support > 0.5 {
		r.Kind, r.Share = consensus.Supermajority, share(p.Support)
	}
	return r
}

func share(x float64) consensus.Fraction {
	return consensus.Fraction{Num: int64(math.Round(x * machine.One)), Den: machine.One}
}

// opinion is the result of a session as a verdict.
func opinion(r protocols.Result) cognitive.Verdict {
	if v, ok := priced(r); ok {
		return v
	}
	v := cognitive.Verdict{Outcome: cognitive.Rejected, Reason: r.Text, Tally: map[string]float64{}} // the value is the proposed one
	for _, s := range r.Tally {
		v.Tally[s.Option] = float64(s.Weight) / machine.One
	}
	switch r.State {
	case protocols.StateDecided:
		switch r.Decision {
		case forIt:
			v.Outcome = cognitive.Accepted
		case againstIt:
			v.Reason = "most are against it"
		}
	case protocols.StateNoDecision:
		if r.Why == machine.WhyNoQuorum {
			v.Outcome = cognitive.NoQuorum
		}
	case protocols.StateExpired:
		v.Outcome = cognitive.Expired
	case protocols.StateCancelled:
		v.Outcome = cognitive.Cancelled
	case protocols.StateFailed, protocols.StateRejected, protocols.StateOpen, protocols.StateRunning:
	}
	if v.Outcome == cognitive.Rejected && v.Reason == "" {
		v.Reason = string(r.Why)
	}
	return v
}
