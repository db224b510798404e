// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"slices"
	"time"

	"mabeam.dev/internal/benchtab"
	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
	"mabeam.dev/market/wdp/pay"
)

// limits are how long a problem of each size may take, in milliseconds.
var limits = map[string]float64{"small": 10, "medium": 500, "large": 2000}

// known returns the problems to solve.
func (b *bench) known() ([]instances.Case, error) {
	all, err := instances.Known()
	if b.quick {
		all = slices.DeleteFunc(all, func(c instances.Case) bool { return c.Size != "small" })
	}
	return all, err
}

// median returns the median time of several runs, in milliseconds.
func (b *bench) median(do func() error) (float64, error) { return benchtab.Rounds(b.rounds, do) }

// wdp solves every known problem and checks its proof.
func (b *bench) wdp() error {
	all, err := b.known()
	if err != nil {
		return err
	}
	wrong, refused := 0, 0
	solving, checking := 0.0, 0.0
	for _, c := range all {
		var r wdp.Result
		took, err := b.median(func() (err error) {
			r, err = wdp.Solve(c.Problem, wdp.Options{})
			return err
		})
		if err != nil {
			return err
		}
		if r.Status != wdp.Optimal || r.Revenue != c.Answer.Revenue {
			wrong++
		}
		b.row(c.Problem.Name, took, "ms", benchtab.ValueAtMost(limits[c.Size]))
		if r, err = wdp.Solve(c.Problem, wdp.Options{Proof: true}); err != nil {
			return err
		}
		check, err := b.median(func() error {
			if r.Proof == nil || cert.Check(c.Problem, r.Proof) != nil {
				refused++
			}
			return nil
		})
		if err != nil {
			return err
		}
		solving, checking = solving+math.Log(took), checking+math.Log(check)
	}
	n := float64(len(all))
	b.row("solved to another optimum than the known one", float64(wrong), "problems", benchtab.ValueAtMost(0))
	b.row("proofs refused", float64(refused), "proofs", benchtab.ValueAtMost(0))
	b.table.Add(benchtab.Row{
		Measure: "check of a proof, geometric mean", Value: math.Exp(checking / n), Unit: "ms",
		Baseline: math.Exp(solving / n), BaselineName: "solve", Goal: benchtab.RatioAtMost(1),
	})
	return nil
}

// payments computes all payments of the problems whose payments are known.
func (b *bench) payments() error {
	all, err := b.known()
	if err != nil {
		return err
	}
	wrong, worst := 0, map[string]float64{}
	for _, c := range all {
		if c.Answer.CoreRevenue == nil {
			continue
		}
		r, err := wdp.Solve(c.Problem, wdp.Options{})
		if err != nil {
			return err
		}
		var vcg, core pay.Payments
		took, err := b.median(func() (err error) {
			if vcg, err = pay.VCG(c.Problem, r, pay.Options{}); err == nil {
				core, err = pay.Core(c.Problem, r, vcg, pay.Options{})
			}
			return err
		})
		if err != nil {
			return err
		}
		worst[c.Size] = max(worst[c.Size], took)
		for i, bidder := range vcg.Bidders {
			without, ok := c.Answer.Without[bidder]
			if !ok {
				without = r.Revenue // whoever another optimum does without is not needed
			}
			if vcg.Amounts[i] != vcg.Values[i]-(r.Revenue-without) {
				wrong++
			}
		}
		if math.Abs(float64(core.Total())-*c.Answer.CoreRevenue) > 1 {
			wrong++
		}
	}
	b.row("payments other than the known ones", float64(wrong), "payments", benchtab.ValueAtMost(0))
	for _, size := range []string{"small", "medium"} {
		if took, ok := worst[size]; ok {
			b.row("all VCG and core payments of the slowest "+size+" problem", took, "ms", benchtab.ValueAtMost(2000))
		}
	}
	return nil
}

// stretch solves problems that are harder than the known ones.
func (b *bench) stretch() error {
	for _, s := range []struct {
		kind        instances.Kind
		goods, bids int
	}{{instances.Arbitrary, 80, 400}, {instances.Regions, 120, 1000}} {
		if b.quick {
			s.goods, s.bids = 20, 60
		}
		p := instances.Generate(s.kind, s.goods, s.bids, 1)
		began := time.Now()
		r, err := wdp.Solve(p, wdp.Options{})
		if err != nil {
			return err
		}
		took := time.Since(began).Seconds() * 1000
		b.row(p.Name+", generated: gap that is left", float64(r.Bound-r.Revenue), p.Unit, benchtab.ValueAtMost(0))
		b.row(p.Name+", generated", took, "ms", benchtab.ValueAtMost(5000))
	}
	return nil
}
