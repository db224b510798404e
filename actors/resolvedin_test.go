// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// P25, P37: an address that nobody owns asks at each send too, and what reaches nobody through it is a dead letter of the system.
func TestWhatReachesNobodyThroughAnAddressOfTheSystemIsADeadLetter(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var now actors.PID
		r := actors.ResolvedIn[do](w.System, "part", func() actors.PID { return now })
		assert.ErrorIs(t, r.TryTell(nil), actors.ErrNoProc)
		r.Tell(w.says("nobody"))
		assert.Equal(t, []string{"noproc"}, w.dead())
		assert.Equal(t, "part", w.letters[0].Name)
		p := actors.MustSpawn(w, "", plain())
		now = p.PID()
		r.Tell(w.says("here"))
		assert.Equal(t, []string{"here"}, w.heard())
	})
}
