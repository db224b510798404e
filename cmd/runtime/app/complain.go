// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/actors/fault"
)

// usageCode is the code of wrong usage.
const usageCode fault.Code = 1001

// complaint is what a command that was asked for JSON writes to standard error when it fails.
type complaint struct {
	Version int         `json:"version"` // of this format: 1
	Exit    int         `json:"exit"`    // code that the command ends with
	Error   fault.Fault `json:"error"`
}

// complain says on standard error why a command failed: as JSON if its output was to be that, else in a line, with a second one where more is
// known about the error than its text says.
func (c *command) complain(cmd *cobra.Command, err error) {
	f := fault.Of(err)
	if form := cmd.Flags().Lookup("output"); form != nil && form.Value.String() == "json" {
		_ = json.NewEncoder(c.Stderr).Encode(complaint{1, codeOf(err), f}) // standard error has gone; there is nobody to tell
		return
	}
	fmt.Fprintln(c.Stderr, "runtime:", err)
	switch code := f.Cause(); code {
	case usageCode, fault.Unknown:
	default:
		fmt.Fprintf(c.Stderr, "runtime: %s: see 'runtime explain %s'\n", code, code)
	}
}
