// SPDX-License-Identifier: Apache-2.0

package fault

// telemetry is 8xxx: events, metrics and alerts.
var telemetry = []Entry{
	{
		8101, "telemetry.ErrClosed", nil, Low, degrade, false,
		"A closed queue of events has no more of them.",
		"Nothing: the work goes on without.",
	},
	{
		8201, "telemetry/alert.ErrNoAlert", nil, Low, never, false,
		"No such alert is pending or firing.",
		"Nothing: it may be over.",
	},
	{
		8202, "telemetry/alert.ErrNoSilence", nil, Low, never, false,
		"There is no silence of the id.",
		"Nothing: it may have run out.",
	},
	{
		8301, "telemetry/collect.PanicError", nil, High, degrade, false,
		"A sender of alerts panicked; the notice was not delivered.",
		"Correct the sender.",
	},
	{
		8302, "telemetry/collect.StatusError", nil, Medium, custom, false,
		"A web hook answered with something else than success.",
		"Check the address and what the receiver says; the notice is sent again if that can help.",
	},
}
