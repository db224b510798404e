// SPDX-License-Identifier: Apache-2.0

package integrity

import "time"

// Watcher is a one-sided CUSUM over the outcomes of one agent: it notices when somebody who has earned a name begins to live off it. The zero value is
// ready; it is a value, and its owner keeps it.
type Watcher struct {
	n         int
	mean, sum float64
}

const (
	// learn is how many outcomes tell what is usual.
	learn = 10
	// slack is how far below the usual an outcome may be without counting.
	slack = .15
	// alarm is how much may add up: three failures in a row of somebody who never failed.
	alarm = 2.5
)

// Observe takes an outcome, 0 to 1, and returns a finding when what is missing from the usual adds up to too much. It then begins again with
// what has become usual. The usual level follows only outcomes that are not far below it, so a slow decline is noticed as well.
func (w *Watcher) Observe(who, deal string, outcome float64, at time.Time) (Finding, bool) {
	outcome = within(outcome)
	if w.n < learn {
		w.n++
		w.mean += (outcome - w.mean) / float64(w.n)
		return Finding{}, false
	}
	w.sum = max(0, w.sum+w.mean-slack-outcome)
	if w.sum < alarm {
		return Finding{}, false
	}
	f := Finding{
		Kind: Decline, Version: 1, Subjects: []string{who}, Score: within(w.mean), P: 1, Severity: Warn,
		Evidence: []Exhibit{{"usual outcome", w.mean, 0}, {"missing", w.sum, alarm}}, Records: []string{deal}, At: at,
	}
	*w = Watcher{}
	return f, true
}
