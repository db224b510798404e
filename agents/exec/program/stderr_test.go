// SPDX-License-Identifier: Apache-2.0

package program

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestTailKeepsExactlyTheLastBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl := tail{keep: rapid.IntRange(0, 20).Draw(t, "keep")}
		var all string
		for _, part := range rapid.SliceOf(rapid.StringMatching(`[a-z]{0,30}`)).Draw(t, "parts") {
			tl.write([]byte(part))
			all += part
			if got, want := string(tl.bytes()), all[max(0, len(all)-tl.keep):]; got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	})
}

func TestStderrLinesAreCutAndTheNextOneIsWhole(t *testing.T) {
	var got []string
	emit := func(line []byte, cut bool) { got = append(got, fmt.Sprint(len(line), cut)) }
	var c lineCutter
	for _, chunk := range []string{"ab", "c\n", strings.Repeat("x", 3000), strings.Repeat("x", 3000), "y\r\n\nlast\r"} {
		c.feed([]byte(chunk), emit)
	}
	c.end(emit)
	c.end(emit)
	assert.Equal(t, []string{"3 false", "4096 true", "0 false", "4 false"}, got)
}

func TestBucketLetsThroughItsRate(t *testing.T) {
	now := time.Unix(0, 0)
	b := newBucket(10, func() time.Time { return now })
	count := func() (n int) {
		for range 100 {
			if b.take() {
				n++
			}
		}
		return n
	}
	assert.Equal(t, 10, count(), "burst")
	now = now.Add(500 * time.Millisecond)
	assert.Equal(t, 5, count())
	now = now.Add(time.Hour)
	assert.Equal(t, 10, count(), "the burst does not grow")
	b = newBucket(-1, func() time.Time { return now })
	assert.Equal(t, 100, count())
}

func TestEnvironmentIsNeverNil(t *testing.T) {
	nothing := func(string) (string, bool) { return "", false }
	assert.NotNil(t, environment(nothing, nil, nil))
	assert.Empty(t, environment(nothing, []string{"A"}, nil))
	home := func(name string) (string, bool) { return "/h", name == "HOME" }
	assert.Equal(t, []string{"HOME=/h", "HOME=/x"}, environment(home, nil, []string{"HOME=/x"}))
}
