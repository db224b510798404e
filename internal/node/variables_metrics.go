// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry/prom"
)

// namedVariables is how many variables of a node have a series of their own. What is beyond is not shown.
const namedVariables = 1000

// variableMetrics are those of variables: by space, cause and code, never by proposer; values by variable, up to a bound.
func variableMetrics(r *prom.Registry, n *Node) error {
	commits, err1 := r.Counter(prom.Definition{Name: "variable_commits_total", Help: "Changes of variables that were committed, by cause.", Labels: []string{"space", "cause"}})
	refused, err2 := r.Counter(prom.Definition{Name: "variable_refused_total", Help: "Proposals that were refused, by the code of the refusal.", Labels: []string{"space", "code"}})
	took, err3 := r.Histogram(prom.Definition{Name: "variable_proposal_seconds", Help: "How long the answer to a proposal took, with its decision.", Labels: []string{"space"}, Buckets: quick})
	slow, err4 := r.Counter(prom.Definition{Name: "variable_subscribers_dropped_total", Help: "Subscriptions that were ended because the subscriber did not keep up.", Labels: []string{"space"}})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	prom.On(commits, func(e cognitive.VariableCommitted) (prom.Values, float64, bool) {
		return prom.Values{e.Space, e.Commit.Cause.String()}, 1, true
	})
	prom.On(refused, func(e cognitive.ProposalAnswered) (prom.Values, float64, bool) {
		return prom.Values{e.Space, e.Code.String()}, 1, e.Code != 0
	})
	prom.On(took, func(e cognitive.ProposalAnswered) (prom.Values, float64, bool) {
		return prom.Values{e.Space}, e.Took.Seconds(), true
	})
	prom.On(slow, func(e cognitive.SubscriberSlow) (prom.Values, float64, bool) { return prom.Values{e.Space}, 1, true })
	return errors.Join(
		r.Read(prom.Definition{Name: "variable_value", Help: "Present values of variables that are numbers.", Labels: []string{"space", "variable"}}, func(report func(prom.Values, float64)) {
			left := namedVariables
			for _, s := range n.tuning.spaces {
				for _, v := range s.Snapshot().Values {
					if form := v.Value.Type(); (form == kind.Number || form == kind.Whole) && left > 0 {
						left--
						report(prom.Values{s.Name(), v.Variable}, v.Value.Number())
					}
				}
			}
		}),
		r.Read(prom.Definition{Name: "variables_degraded", Help: "Variables that show their last good value.", Labels: []string{"space"}}, func(report func(prom.Values, float64)) {
			for _, s := range n.tuning.spaces {
				count := 0
				for _, v := range s.Snapshot().Values {
					if v.Flags&cognitive.Degraded != 0 {
						count++
					}
				}
				report(prom.Values{s.Name()}, float64(count))
			}
		}),
	)
}
