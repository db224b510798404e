// SPDX-License-Identifier: Apache-2.0

package program

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAStatLineIsReadBehindTheLastParenthesis(t *testing.T) {
	line := "7 (a) b (c)) R 1 7 7 0 -1 4194304 101 0 0 0 150 50 9 9 20 0 1 0 2282415 3133440 407 18446744073709551615 0\n"
	u, err := parseStat([]byte(line), 4096)
	require.NoError(t, err)
	assert.Equal(t, Usage{CPU: 2 * time.Second, Memory: 407 * 4096}, u)
	for _, broken := range []string{"", "7 (a", "7 (a) R 1 2", "7 (a) R 1 7 7 0 -1 0 0 0 0 0 x 0 0 0 0 0 0 0 0 0 1 1"} {
		_, err := parseStat([]byte(broken), 4096)
		require.ErrorIs(t, err, errStat, broken)
	}
}

func TestThisProcessUsesMemoryAndTime(t *testing.T) {
	u, err := usageOf(os.Getpid())
	for err == nil && u.CPU == 0 { // looking takes time on the CPU itself, so there is soon something to see
		u, err = usageOf(os.Getpid())
	}
	require.NoError(t, err)
	assert.Greater(t, u.Memory, int64(1<<20))
	assert.Positive(t, u.CPU)
	assert.Zero(t, u.CPU%tick)
}
