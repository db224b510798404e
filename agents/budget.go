// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"fmt"
	"math"
	"time"

	"mabeam.dev/agents/health"
	"mabeam.dev/agents/query"
)

// Price is what an agent's work costs, in the unit of Limits.Budget. What is counted is fixed prices of attempts and of their time; what a
// provider really charges is not known here. The zero Price costs nothing.
type Price struct {
	Attempt int64 // of each attempt that began
	Second  int64 // of each second in which it ran
}

// of is the price of one attempt.
func (p Price) of(took time.Duration) int64 {
	return p.Attempt + int64(math.Ceil(float64(p.Second)*max(took, 0).Seconds()))
}

// brokePause is the least wait before a task that was refused for want of money is given out again: nothing will change soon.
const brokePause = time.Second

// warnShare is the share of its budget that an agent has spent when it is called degraded.
const warnShare = 0.8

// broke reports whether an agent has spent its budget. It goes on with what it has in hand, so that it can spend somewhat more.
func (s Spec) broke(spent int64) bool { return s.Limits.Budget > 0 && spent >= s.Limits.Budget }

// budgetCheck is what spending means for the health of an agent that has a budget: whoever cannot take work is not to be given any.
func (s Spec) budgetCheck(spent int64) (c health.Check, spending bool) {
	if s.Limits.Budget == 0 {
		return c, false
	}
	c = health.Check{Name: "budget", Status: query.Healthy, Detail: fmt.Sprintf("%d of %d spent", spent, s.Limits.Budget)}
	switch {
	case s.broke(spent):
		c.Status = query.Unhealthy
	case float64(spent) >= warnShare*float64(s.Limits.Budget):
		c.Status = query.Degraded
	}
	return c, true
}
