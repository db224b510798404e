// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"encoding/json"
	"fmt"
	"time"
)

// Owner is the process that has a store open, as it described itself in the lock file.
type Owner struct {
	PID  int    `json:"pid"`
	Host string `json:"host"`
	// Name is Options.Owner of that process.
	Name string `json:"name,omitempty"`
	// Since is when it opened the store.
	Since time.Time `json:"since"`
}

// String names the process for an error message.
func (o Owner) String() string {
	if o.PID == 0 {
		return "an unknown process"
	}
	s := fmt.Sprintf("process %d on %s since %s", o.PID, o.Host, o.Since.UTC().Format(time.RFC3339))
	if o.Name != "" {
		s = fmt.Sprintf("%q, %s", o.Name, s)
	}
	return s
}

// parseOwner reads a lock file's content; what cannot be read is the zero Owner.
func parseOwner(b []byte) Owner {
	var o Owner
	if json.Unmarshal(b, &o) != nil {
		return Owner{}
	}
	return o
}
