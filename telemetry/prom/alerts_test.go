// SPDX-License-Identifier: Apache-2.0

package prom

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry/alert"
)

func TestAlertsAreCountedBySeverityAndState(t *testing.T) {
	_, r := quiet(t)
	require.NoError(t, r.Alerts(func() []alert.Status {
		return []alert.Status{
			{Rule: "a", Severity: alert.High, State: alert.Firing},
			{Rule: "a", Key: "k", Severity: alert.High, State: alert.Firing},
			{Rule: "b", Severity: alert.Low, State: alert.Pending},
			{Rule: "c", Severity: alert.Low, State: alert.Resolved},
		}
	}))
	text := scrape(t, r)
	assert.Contains(t, text, `mabeam_alerts{severity="high",state="firing"} 2`)
	assert.Contains(t, text, `mabeam_alerts{severity="low",state="pending"} 1`)
	assert.Contains(t, text, `mabeam_alerts{severity="low",state="firing"} 0`)
	assert.Contains(t, text, `mabeam_alerts{severity="critical",state="pending"} 0`)
	assert.NotContains(t, text, "resolved")
}
