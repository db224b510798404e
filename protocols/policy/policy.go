// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"mabeam.dev/protocols/machine"
)

// Kind says how a policy votes.
type Kind string

// The kinds.
const (
	// Approve says yes: it votes for the option "yes", rates everything 1, and abstains from questions that are not of yes and no.
	Approve Kind = "approve"
	// First votes for the first option.
	First Kind = "first"
	// Abstain takes no side in anything.
	Abstain Kind = "abstain"
	// Prefer votes for the first of Rules.Prefer that is an option, and abstains if none is. What it rates as one option is worth the more the nearer it is to
	// the beginning.
	Prefer Kind = "prefer"
	// Weighted draws one of the options that have a weight, in proportion. The draw depends on the agent and the question alone. What it rates as one option is
	// worth its weight as a share of the greatest.
	Weighted Kind = "weighted"
)

// Kinds lists all kinds, as a file writes them.
func Kinds() []string {
	return []string{string(Approve), string(First), string(Abstain), string(Prefer), string(Weighted)}
}

// Rules are a policy.
type Rules struct {
	Kind Kind `json:"kind"`
	// Prefer is the order of preference, the best first.
	Prefer []string `json:"prefer,omitempty"`
	// Weights are by option, above 0.
	Weights map[string]int64 `json:"weights,omitempty"`
	// Rating is how far the agent agrees with whatever it is asked to rate, in millionths; nil abstains.
	Rating *int64 `json:"rating,omitempty"`
}

// Answer answers an invitation. The round and the key are those of the invitation.
func (r Rules) Answer(agent string, in machine.Invite) machine.Answer {
	a := r.opinion(agent, in)
	a.Round, a.Key = in.Round, in.Key
	return a
}

func (r Rules) opinion(agent string, in machine.Invite) machine.Answer {
	switch in.Role {
	case machine.RoleVote, machine.RolePredict:
		if choice, ok := r.choice(agent, in); ok {
			return machine.Answer{Choice: choice}
		}
	case machine.RoleRate:
		switch {
		case r.Rating != nil:
			value := *r.Rating
			return machine.Answer{Value: &value}
		case len(in.Options) == 1 && (r.Kind == Prefer || r.Kind == Weighted):
			value := r.worth(in.Options[0])
			return machine.Answer{Value: &value}
		case r.Kind == Approve:
			value := int64(machine.One)
			return machine.Answer{Value: &value}
		}
	case machine.RoleSample:
		if r.Kind == Prefer {
			return machine.Answer{Choice: r.Prefer[0]}
		}
	case machine.RolePropose, machine.RoleCritique, machine.RoleTrial, machine.RoleRun, machine.RoleUndo, machine.RoleProbe:
		return machine.Answer{Decline: "a policy answers for the agent, and it only votes"}
	case machine.RoleDecided, machine.RoleCancelled:
	}
	return machine.Answer{Abstain: "the policy " + string(r.Kind) + " takes no side"}
}

// choice is the option that the policy is for.
func (r Rules) choice(agent string, in machine.Invite) (string, bool) {
	switch r.Kind {
	case Approve:
		if slices.Contains(in.Options, "yes") {
			return "yes", true
		}
	case First:
		if len(in.Options) > 0 {
			return in.Options[0], true
		}
	case Prefer:
		for _, want := range r.Prefer {
			if len(in.Options) == 0 || slices.Contains(in.Options, want) {
				return want, true
			}
		}
	case Weighted:
		return r.draw(agent, in)
	case Abstain:
	}
	return "", false
}

// worth is how much an option is worth to a policy, in millionths: of a preference by its place, and of weights as a share of the greatest.
func (r Rules) worth(option string) int64 {
	if r.Kind == Prefer {
		if i := slices.Index(r.Prefer, option); i >= 0 {
			return machine.One * int64(len(r.Prefer)-i) / int64(len(r.Prefer))
		}
		return 0
	}
	top := int64(0)
	for _, w := range r.Weights { // the greatest: the order does not matter
		top = max(top, w)
	}
	if top == 0 {
		return 0
	}
	return int64(float64(r.Weights[option]) / float64(top) * machine.One)
}

// draw chooses by the weights. All randomness is the hash of who is asked what.
func (r Rules) draw(agent string, in machine.Invite) (string, bool) {
	var names []string
	total := uint64(0)
	for _, name := range slices.Sorted(maps.Keys(r.Weights)) {
		if len(in.Options) == 0 || slices.Contains(in.Options, name) {
			names = append(names, name)
			total += uint64(r.Weights[name])
		}
	}
	if total == 0 {
		return "", false
	}
	h := fnv.New64a()
	h.Write([]byte(strings.Join(append([]string{agent, in.Question, in.Key}, in.Options...), "\x00")))
	x := h.Sum64() // of short texts the upper bits hardly differ: mixed below
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	at := x % total
	for _, name := range names {
		if w := uint64(r.Weights[name]); at >= w {
			at -= w
			continue
		}
		return name, true
	}
	return "", false
}
