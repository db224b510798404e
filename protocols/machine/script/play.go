// SPDX-License-Identifier: Apache-2.0

package script

import (
	"strings"

	"mabeam.dev/protocols/machine"
)

// Play gives a machine the events of a text, one a line, and returns each line behind "> " with its effects below. It stops at a line that is no event.
func Play(run machine.Stepper, events string) (string, error) {
	var b strings.Builder
	for line := range strings.Lines(events) {
		line = strings.TrimSpace(line)
		e, err := Parse(line)
		if err != nil {
			return b.String(), err
		}
		b.WriteString("> " + line + "\n" + Render(run.Step(e)))
	}
	return b.String(), nil
}
