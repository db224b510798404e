// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/prom"
	"mabeam.dev/telemetry/window"
)

// seriesFrozen counts adapters that have stopped by themselves.
const seriesFrozen = "variables.frozen"

// variableSeries documents the series of variables.
func variableSeries() []collect.SeriesInfo {
	return []collect.SeriesInfo{{Name: seriesFrozen, Kind: "counter", Key: "variable", Doc: "Adaptations that have stopped because too much was taken back."}}
}

// measureVariables feeds the series of variables.
func measureVariables(agg *collect.Aggregator) {
	collect.Tally(agg, seriesFrozen, func(e cognitive.AdaptationStep) (string, float64, bool) {
		return e.Space + "/" + e.Variable, 1, e.What == "frozen"
	})
}

// variableAlerts are the rules that every node with variables has.
func variableAlerts() []alert.Rule {
	once := func(name, series, runbook string, s alert.Severity) alert.Rule {
		return alert.Rule{Name: name, Severity: s, Series: series, Stat: alert.Increase, Window: window.Minute, ClearFor: time.Minute, Runbook: runbook}
	}
	return []alert.Rule{
		once("variable-adaptation-frozen", seriesFrozen, "Three changes of a variable were taken back within an hour, so it stays as it is: runtime inspect variables NAME --why; runtime variables adapt NAME --resume.", alert.Medium),
		once("variable-degraded", collect.EventSeries+cognitive.VariableDegraded{}.EventName(), "The process of a variable has crashed; its value can be read: runtime inspect crashes says why.", alert.Medium),
		once("variable-composite-failed", collect.EventSeries+cognitive.CompositeFailed{}.EventName(), "A variable that is computed keeps its last good value: runtime inspect variables NAME says why.", alert.Medium),
	}
}

// adaptationMetrics are those of adapters: by what they did and why they were refused; reports and scores by variable, up to a bound.
func adaptationMetrics(r *prom.Registry, n *Node) error {
	steps, err1 := r.Counter(prom.Definition{Name: "adaptation_steps_total", Help: "What adapters did or noticed, such as trial, kept, reverted, problem and frozen.", Labels: []string{"space", "step"}})
	refused, err2 := r.Counter(prom.Definition{Name: "adaptation_refused_total", Help: "Proposals of adapters that were not committed, by the code of the refusal.", Labels: []string{"space", "code"}})
	cycles, err3 := r.Counter(prom.Definition{Name: "adaptation_cycles_total", Help: "How often adapters have thought.", Labels: []string{"space"}})
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	prom.On(steps, func(e cognitive.AdaptationStep) (prom.Values, float64, bool) {
		return prom.Values{e.Space, e.What}, 1, true
	})
	prom.On(refused, func(e cognitive.AdaptationRefused) (prom.Values, float64, bool) {
		return prom.Values{e.Space, e.Code.String()}, 1, true
	})
	prom.On(cycles, func(e cognitive.AdaptationCycle) (prom.Values, float64, bool) { return prom.Values{e.Space}, 1, true })
	all := &adapters{n: n, best: map[string]float64{}}
	return errors.Join(
		r.Read(prom.Definition{Name: "adaptation_reports", Help: "Reports that adapters have had since they began, by what became of them.", Labels: []string{"space", "variable", "fate"}, MaxSeries: 3*namedVariables + 3}, func(report func(prom.Values, float64)) {
			all.each(func(space, name string, a cognitive.AdapterStatus) {
				report(prom.Values{space, name, "taken"}, float64(a.Received-min(a.Received, a.Outdated)))
				report(prom.Values{space, name, "outdated"}, float64(a.Outdated))
				report(prom.Values{space, name, "dropped"}, float64(a.Dropped))
			})
		}),
		r.Read(prom.Definition{Name: "adaptation_score", Help: "Mean score of the present value of variables that adapt.", Labels: []string{"space", "variable"}, MaxSeries: namedVariables + 1}, func(report func(prom.Values, float64)) {
			all.each(func(space, name string, a cognitive.AdapterStatus) { report(prom.Values{space, name}, a.Mean) })
		}),
		r.Read(prom.Definition{Name: "adaptation_regret", Help: "Score that is lost per report against the best mean that a value has had when somebody looked, after 30 reports.", Labels: []string{"space", "variable"}, MaxSeries: namedVariables + 1}, func(report func(prom.Values, float64)) {
			all.each(func(space, name string, a cognitive.AdapterStatus) {
				if lost, known := all.regret(space+"/"+name, a); known {
					report(prom.Values{space, name}, lost)
				}
			})
		}),
		r.Read(prom.Definition{Name: "adaptations_frozen", Help: "Adaptations that have stopped because too much was taken back.", Labels: []string{"space"}}, func(report func(prom.Values, float64)) {
			frozen := map[string]float64{}
			all.each(func(space, _ string, a cognitive.AdapterStatus) {
				if a.Frozen {
					frozen[space]++
				}
			})
			for _, s := range n.tuning.spaces {
				report(prom.Values{s.Name()}, frozen[s.Name()])
			}
		}),
	)
}

// adapters reads the node's adapters for a scrape, one scrape at a time.
type adapters struct {
	n    *Node
	best map[string]float64 // mean score, by SPACE/VARIABLE
}

// each shows the adapters that answer in time. What is beyond the named ones is left out.
func (a *adapters) each(see func(space, variable string, s cognitive.AdapterStatus)) {
	ctx, over := context.WithTimeout(context.Background(), scrape)
	defer over()
	left := namedVariables
	for _, s := range a.n.tuning.spaces {
		list, err := s.Adapters(ctx)
		if err != nil {
			continue
		}
		for _, x := range list[:min(left, len(list))] {
			left--
			see(s.Name(), x.Variable, x)
		}
	}
}

// regret is how much less the present value gives than the best one that was seen.
func (a *adapters) regret(name string, s cognitive.AdapterStatus) (lost float64, known bool) {
	const enough = 30
	if s.Strategy == adapt.Static || s.Reports < enough {
		return 0, false
	}
	best, before := a.best[name]
	if !before || s.Mean > best {
		best = s.Mean
		a.best[name] = best
	}
	return best - s.Mean, true
}
