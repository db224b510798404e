// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"bytes"
	"encoding/json"
	"errors"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/hierarchy"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/reason"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/protocols/trade"
	"mabeam.dev/protocols/workflow"
)

// builtin are the protocols that every engine knows.
func builtin() []Protocol {
	return []Protocol{
		{Name: selector.Simple, New: vote},
		{Name: selector.Weighted, New: weighted},
		{Name: selector.Hierarchical, New: tree},
		{Name: selector.Refinement, New: refinement},
		{Name: selector.Reasoning, New: reasoning},
		{Name: selector.Byzantine, New: sitting},
		{Name: selector.Market, New: market, Least: Durable},
		Combining(""),
		Tuning(nil),
		{Name: selector.Workflow, New: orchestration, Least: DurableBallots},
	}
}

// params decodes the parameters of a protocol. Fields that nobody knows are refused.
func params(s Setup, into any) error {
	if len(s.Spec.Params) == 0 {
		return nil
	}
	if err := strict(s.Spec.Params, into); err != nil {
		return &SpecError{"params", err.Error()}
	}
	return nil
}

// none refuses parameters where there are none.
func none(s Setup) error { return params(s, &struct{}{}) }

func (s Setup) vote() consensus.Spec {
	return consensus.Spec{Session: string(s.Session), Question: s.Spec.Question, Options: s.Spec.Options, Electorate: s.Electorate, Rule: s.Spec.Rule}
}

// run returns a machine's run, or why there is no machine.
func run[S any](m interface{ Run() *machine.Run[S] }, err error) (machine.Stepper, error) {
	if err != nil {
		return nil, err
	}
	return m.Run(), nil
}

func vote(s Setup) (machine.Stepper, error) {
	if err := none(s); err != nil {
		return nil, err
	}
	m, err := consensus.NewVote(s.vote())
	return run(m, err)
}

// weighted votes with weights, or rates where the rule asks for a score.
func weighted(s Setup) (machine.Stepper, error) {
	if s.Spec.Rule.Kind != consensus.Weighted {
		return vote(s)
	}
	if err := none(s); err != nil {
		return nil, err
	}
	m, err := consensus.NewScore(s.vote())
	return run(m, err)
}

// TreeParams are the parameters of hierarchical consensus.
type TreeParams struct {
	FanOut int            `json:"fanOut,omitempty"`
	Mode   hierarchy.Mode `json:"mode,omitempty"`
	// Groups names the group of each participant, such as the node it lives on; participants without one are one group. Empty means groups by the seed.
	Groups map[string]string `json:"groups,omitempty"`
}

func tree(s Setup) (machine.Stepper, error) {
	p := TreeParams{FanOut: s.Selection.FanOut}
	if err := params(s, &p); err != nil {
		return nil, err
	}
	spec := hierarchy.Spec{Spec: s.vote(), FanOut: p.FanOut, Mode: p.Mode, Seed: s.Spec.Seed}
	if len(p.Groups) > 0 {
		n := s.Electorate.Len()
		spec.Groups = hierarchy.By(n, hierarchy.FanOut(n, max(p.FanOut, 2)), func(i int) string { return p.Groups[s.Electorate.At(i).Agent] })
	}
	m, err := hierarchy.New(spec)
	return run(m, err)
}

func refinement(s Setup) (machine.Stepper, error) {
	var spec consensus.RefineSpec
	if err := params(s, &spec); err != nil {
		return nil, err
	}
	spec.Session, spec.Question, spec.Electorate = string(s.Session), s.Spec.Question, s.Electorate
	m, err := consensus.NewRefine(spec)
	return run(m, err)
}

// ReasonParams are the parameters of reasoning.
type ReasonParams struct {
	// Debate has the participants argue; without it each is sampled.
	Debate *reason.DebateSpec   `json:"debate,omitempty"`
	Sample *reason.SamplingSpec `json:"sample,omitempty"`
	// Chain has them agree step by step.
	Chain *reason.ChainSpec `json:"chain,omitempty"`
}

func reasoning(s Setup) (machine.Stepper, error) {
	var p ReasonParams
	if err := params(s, &p); err != nil {
		return nil, err
	}
	if p.Debate != nil && p.Sample != nil || p.Chain != nil && (p.Debate != nil || p.Sample != nil) {
		return nil, &SpecError{"params", "debate, sample or chain, and one of them"}
	}
	if c := p.Chain; c != nil {
		c.Session, c.Question, c.Electorate = string(s.Session), s.Spec.Question, s.Electorate
		m, err := reason.NewChain(*c)
		return run(m, err)
	}
	if d := p.Debate; d != nil {
		d.Session, d.Question, d.Electorate, d.Rule = string(s.Session), s.Spec.Question, s.Electorate, s.Spec.Rule
		m, err := reason.NewDebate(*d)
		return run(m, err)
	}
	spec := reason.SamplingSpec{}
	if p.Sample != nil {
		spec = *p.Sample
	}
	spec.Session, spec.Question, spec.Electorate = string(s.Session), s.Spec.Question, s.Electorate
	m, err := reason.NewSampling(spec)
	return run(m, err)
}

func market(s Setup) (machine.Stepper, error) {
	var spec trade.Spec
	if err := params(s, &spec); err != nil {
		return nil, err
	}
	spec.Session = string(s.Session)
	m, err := trade.New(spec)
	return run(m, err)
}

func orchestration(s Setup) (machine.Stepper, error) {
	var spec workflow.Spec
	if err := params(s, &spec); err != nil {
		return nil, err
	}
	spec.Session = string(s.Session)
	spec.Agents = make([]string, s.Electorate.Len())
	for i := range spec.Agents {
		spec.Agents[i] = s.Electorate.At(i).Agent
	}
	m, err := workflow.New(spec)
	return run(m, err)
}

// strict decodes JSON and refuses what nobody knows and what follows it.
func strict(text []byte, into any) error {
	if !json.Valid(text) {
		return errors.New("it is no JSON")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
