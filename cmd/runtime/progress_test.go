// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where there is no terminal, progress is a line for each tenth at most, and nothing is printed that only a terminal understands.
func TestProgressElsewhereIsALineForEachTenth(t *testing.T) {
	r := newRig(t)
	r.source(60)
	p := r.start("run", "--no-chaos")
	require.Zero(t, p.wait(), p.told())
	assert.NotContains(t, p.told(), "\x1b")
	line, last := regexp.MustCompile(`^ *(\d+)%  (\d+)/60  \d+/s  crashes \d+  restarts \d+(  eta \d+s)?\n$`), 0
	for _, said := range p.said {
		m := line.FindStringSubmatch(said)
		if m == nil {
			assert.NotContains(t, said, "%")
			continue
		}
		percent, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		assert.Greater(t, percent/10, last, "one line for a tenth: %q", p.said)
		last = percent / 10
	}

	quiet := r.start("run", "--no-chaos", "--progress", "none")
	require.Zero(t, quiet.wait(), quiet.told())
	for _, said := range quiet.said {
		assert.NotContains(t, said, "%")
	}
	r.complete()
}
