// SPDX-License-Identifier: Apache-2.0

package script_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
)

func Example() {
	e, err := script.Parse(`5 ann choice='a b' seq=2`)
	fmt.Println(e.(machine.Received).From, e.(machine.Received).Msg.(machine.Answer).Choice, err)
	fmt.Print(script.Render([]machine.Effect{machine.StopTimer{ID: "deadline"}, machine.Decide{Outcome: machine.Outcome{Verdict: machine.Decided, Decision: "a b"}}}))
	// Output:
	// ann a b <nil>
	// stop deadline
	// end: decided decision=a b
	//   method= turnout=0/0 confidence=0 rounds=0 early=false
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	for _, line := range []string{"", "5", "x open", "5 open odd=1", "5 open seed=x", "5 ann odd=1", "5 ann value=x", "5 ann choice='a", "5 timer a b", "5 ann score:a=x"} {
		_, err := script.Parse(line)
		var bad *script.LineError
		assert.ErrorAs(t, err, &bad, line)
		_, err = script.Play(nil, "\n"+line)
		assert.ErrorAs(t, err, &bad, line)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("5 ann choice='a b' seq=2")
	f.Add("0 open seed=1 deadline=1000")
	f.Fuzz(func(_ *testing.T, line string) { _, _ = script.Parse(line) })
}
