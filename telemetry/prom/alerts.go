// SPDX-License-Identifier: Apache-2.0

package prom

import "mabeam.dev/telemetry/alert"

// Alerts registers the gauge mabeam_alerts: how many alerts there are by severity and state at every scrape, with 0 for every severity of which none is
// pending or firing. status is asked on the scraper's goroutine; names and keys of alerts are no labels, because nothing bounds them.
func (r *Registry) Alerts(status func() []alert.Status) error {
	return r.Read(Definition{
		Name: "alerts", Help: "Alerts that are pending or firing, by severity.", Labels: []string{"severity", "state"},
	}, func(report func(Values, float64)) {
		for _, s := range []alert.Severity{alert.Low, alert.Medium, alert.High, alert.Critical} {
			for _, state := range []alert.State{alert.Pending, alert.Firing} {
				report(Values{s.String(), state.String()}, 0)
			}
		}
		for _, a := range status() {
			if a.State == alert.Pending || a.State == alert.Firing {
				report(Values{a.Severity.String(), a.State.String()}, 1)
			}
		}
	})
}
