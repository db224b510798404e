// SPDX-License-Identifier: Apache-2.0

package node

import (
	"time"

	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/window"
)

// coordinationAlerts are the rules that every node has about coordination.
func coordinationAlerts() []alert.Rule {
	once := func(name, event, runbook string, s alert.Severity) alert.Rule {
		return alert.Rule{Name: name, Severity: s, Series: collect.EventSeries + event, Stat: alert.Increase, Window: window.Minute, ClearFor: time.Minute, Runbook: runbook}
	}
	return []alert.Rule{
		once("coordination-lie", LieProven{}.EventName(), "A participant of a session is proven to have lied: runtime events query names it, and the proof is in the stream coordination/evidence.", alert.High),
	}
}
