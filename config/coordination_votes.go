// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"strings"

	"mabeam.dev/protocols/policy"
)

// VoteFrom says who answers when an agent is asked for its opinion.
type VoteFrom string

// Who answers.
const (
	VoteByPolicy  VoteFrom = "policy"  // the keys of the section
	VoteByProgram VoteFrom = "program" // the program of an exec agent
)

// Values lists the words a file may use.
func (VoteFrom) Values() []string { return []string{"policy", "program"} }

// VotePolicy says how a policy votes.
type VotePolicy string

// Values lists the words a file may use.
func (VotePolicy) Values() []string { return policy.Kinds() }

// Votes is how an agent answers in sessions of coordination.
type Votes struct {
	From    VoteFrom         `yaml:"from" default:"policy" doc:"Who answers: policy is the other keys of this section, program asks the program of an exec agent; the other keys then answer for a program that does not say that it votes."`
	Policy  VotePolicy       `yaml:"policy" default:"abstain" doc:"How the policy votes: approve says yes, first takes the first option, abstain takes no side, prefer takes the first of prefer that can be chosen, weighted draws by weights, the same for the same question."`
	Prefer  []string         `yaml:"prefer" doc:"Options in the order of preference, for the policy prefer."`
	Weights map[string]int64 `yaml:"weights" doc:"Weight of each option, for the policy weighted."`
	Rating  *int64           `yaml:"rating_per_million" min:"0" max:"1000000" doc:"How far the agent agrees with whatever it is asked to rate, in millionths; without it approve rates 1, and the others abstain."`
}

// Rules are the rules of the policy.
func (v Votes) Rules() policy.Rules {
	return policy.Rules{Kind: policy.Kind(v.Policy), Prefer: v.Prefer, Weights: v.Weights, Rating: v.Rating}
}

// votes checks how an agent votes.
func (d *decoder) votes(c Child, at string) {
	v := c.Votes
	if v == nil || d.bad(at, at+".policy") {
		return
	}
	if path := at + ".from"; v.From == VoteByProgram && c.Kind != KindExec && !d.bad(path, strings.TrimSuffix(at, ".votes")+".kind") {
		d.fail(d.near(path), path, fault{code: CodeConflict, reason: "an agent of kind " + quote(c.Kind) + " has no program that could vote", want: "policy, or an agent of kind exec"})
	}
	for _, e := range joined(v.Rules().Validate()) {
		var r *policy.RuleError
		if !errors.As(e, &r) {
			continue
		}
		if path := at + "." + r.Key; !d.bad(path) {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: r.Reason})
		}
	}
}
