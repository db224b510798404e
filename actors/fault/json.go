// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"encoding/json"
	"math"
	"time"
)

// retryJSON is the JSON form of advice: waits are seconds.
type retryJSON struct {
	Class    Class   `json:"class"`
	Base     float64 `json:"base_seconds,omitempty"`
	Max      float64 `json:"max_seconds,omitempty"`
	Attempts int     `json:"attempts,omitempty"`
}

// MarshalJSON returns the class, and the waits in seconds.
func (r Retry) MarshalJSON() ([]byte, error) {
	return json.Marshal(retryJSON{r.Class, r.Base.Seconds(), r.Max.Seconds(), r.Attempts})
}

// UnmarshalJSON reads what MarshalJSON wrote, to the microsecond.
func (r *Retry) UnmarshalJSON(data []byte) error {
	var read retryJSON
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*r = Retry{read.Class, seconds(read.Base), seconds(read.Max), read.Attempts}
	return nil
}

func seconds(s float64) time.Duration {
	return time.Duration(math.Round(s*1e6)) * time.Microsecond
}
