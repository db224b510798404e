// SPDX-License-Identifier: Apache-2.0

package integrity

import "encoding/json"

// watcherImage is a watcher as it is written down.
type watcherImage struct {
	N    int     `json:"n"`
	Mean float64 `json:"mean"`
	Sum  float64 `json:"sum"`
}

// MarshalJSON writes down what the watcher has learned.
func (w Watcher) MarshalJSON() ([]byte, error) { return json.Marshal(watcherImage{w.n, w.mean, w.sum}) }

// UnmarshalJSON makes the watcher one that has learned that.
func (w *Watcher) UnmarshalJSON(data []byte) error {
	var i watcherImage
	err := json.Unmarshal(data, &i)
	*w = Watcher{i.N, i.Mean, i.Sum}
	return err
}

// Raised are the alerts that have been raised and not cleared, in the order of the fields.
func (a *Alarm) Raised() [4]bool { return a.raised }

// Raise makes the alerts that are raised those of another alarm, so that they are not raised again and are cleared once.
func (a *Alarm) Raise(raised [4]bool) { a.raised = raised }
