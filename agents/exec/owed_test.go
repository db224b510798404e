// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/exec/protocol"
)

// However seldom a program reads: of each variable and scope it gets every version in order, or word of those that it has missed, and the newest in the end; and no more changes wait for it
// than there are variables and scopes.
func TestAProgramThatReadsSeldomGetsTheNewestAndKnowsWhatItMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o owed
		type key struct{ variable, scope string }
		have, told := map[key]int{}, map[key]int{}
		tell := func() {
			c := o.changes[0]
			o.changes = o.changes[1:]
			k := key{c.Variable, c.Scope}
			from, version := 0, 0
			_, err := fmt.Sscanf(c.Version, "0.%d", &version)
			require.NoError(t, err)
			from = version
			if c.Gap != nil {
				to := 0
				_, err := fmt.Sscanf(c.Gap.From+" "+c.Gap.To, "0.%d 0.%d", &from, &to)
				require.NoError(t, err)
				require.Equal(t, version-1, to)
			}
			require.Equal(t, told[k]+1, from)
			told[k] = version
		}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			if len(o.changes) > 0 && rapid.IntRange(0, 2).Draw(t, "reads") == 0 {
				tell()
				continue
			}
			k := key{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "variable"), rapid.SampledFrom([]string{"", "agent/x"}).Draw(t, "scope")}
			c := protocol.VariableChange{Space: "s", VariableValue: protocol.VariableValue{Variable: k.variable, Scope: k.scope}}
			if skip := rapid.IntRange(0, 2).Draw(t, "skip"); skip > 0 { // versions that the space has put together already
				c.Gap = &protocol.VersionGap{From: fmt.Sprint("0.", have[k]+1), To: fmt.Sprint("0.", have[k]+skip)}
				have[k] += skip
			}
			have[k]++
			c.Version = fmt.Sprint("0.", have[k])
			o.change(c)
			require.LessOrEqual(t, len(o.changes), 4)
		}
		for len(o.changes) > 0 {
			tell()
		}
		require.Equal(t, have, told)
		require.True(t, o.empty())
	})
}

func TestNamesOfVariablesAreChecked(t *testing.T) {
	for name, good := range map[string]bool{"s/a": true, "s/*": true, "*": true, "": false, "a": false, "s/": false, "/a": false} {
		err := Settings{Command: []string{"cat"}, Variables: []string{name}}.Validate()
		assert.Equal(t, good, err == nil, "%q: %v", name, err)
	}
}
