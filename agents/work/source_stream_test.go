// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// dribble gives a text in pieces and counts how often it was asked.
type dribble struct {
	text   string
	pieces []int
	asked  int
}

func (d *dribble) Read(p []byte) (int, error) {
	d.asked++
	if d.text == "" {
		return 0, io.EOF
	}
	n := len(d.text)
	if len(d.pieces) > 0 {
		n, d.pieces = d.pieces[0], d.pieces[1:]
	}
	n = copy(p, d.text[:min(n, len(d.text))])
	d.text = d.text[n:]
	return n, nil
}

func TestReadyStreamGivesTheNextTaskWithoutAskingForMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 40).Draw(t, "lines")
		var text strings.Builder
		for i := range count {
			fill := strings.Repeat("x", rapid.IntRange(0, 3000).Draw(t, "fill"))
			fmt.Fprintf(&text, "{\"id\":\"%d\",\"kind\":\"k\",\"input\":%q}\n", i, fill)
		}
		whole := strings.TrimSuffix(text.String(), rapid.SampledFrom([]string{"", "\n"}).Draw(t, "end"))
		in := &dribble{text: whole, pieces: rapid.SliceOf(rapid.IntRange(1, 5000)).Draw(t, "pieces")}
		s := &streamInput{r: in, name: "stdin"}
		if err := s.open(0); err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			ready, before := s.ready(), in.asked
			it, err := s.next(0)
			if errors.Is(err, io.EOF) {
				if i != count {
					t.Fatalf("%d tasks of %d", i, count)
				}
				return
			}
			if err != nil || it.task.ID != fmt.Sprint(i) {
				t.Fatalf("task %d: %q, %v", i, it.task.ID, err)
			}
			if ready && in.asked != before {
				t.Fatalf("task %d was ready and yet more was asked for", i)
			}
		}
	})
}
