// SPDX-License-Identifier: Apache-2.0

package protocol_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/exec/protocol"
)

func collect(t require.TestingT, s *protocol.Splitter, chunks ...string) []string {
	var lines []string
	for _, c := range chunks {
		require.NoError(t, s.Feed([]byte(c), func(l []byte) { lines = append(lines, string(l)) }))
	}
	return lines
}

func TestSplitterGivesLinesWithoutTheirEnds(t *testing.T) {
	for _, tc := range []struct {
		name   string
		chunks []string
		want   []string
		rest   string
	}{
		{"whole line", []string{"abc\n"}, []string{"abc"}, ""},
		{"two in a chunk", []string{"a\nb\n"}, []string{"a", "b"}, ""},
		{"one in three chunks", []string{"a", "b", "c\n"}, []string{"abc"}, ""},
		{"empty lines", []string{"\n\na\n"}, []string{"", "", "a"}, ""},
		{"carriage return", []string{"a\r", "\nb\r\n\r\n"}, []string{"a", "b", ""}, ""},
		{"carriage return within", []string{"a\rb\n"}, []string{"a\rb"}, ""},
		{"unfinished", []string{"a\nbc"}, []string{"a"}, "bc"},
		{"exactly the limit", []string{"12345", "678\n"}, []string{"12345678"}, ""},
		{"nothing", []string{""}, nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := protocol.NewSplitter(8)
			assert.Equal(t, tc.want, collect(t, s, tc.chunks...))
			assert.Equal(t, tc.rest, string(s.Rest()))
		})
	}
}

func TestSplitterRefusesALongLineAndEverythingAfterIt(t *testing.T) {
	for name, chunks := range map[string][]string{
		"at once":      {"first\n" + strings.Repeat("x", 200)},
		"by and by":    append([]string{"first\n"}, strings.Split(strings.Repeat("x", 200), "")...),
		"with its end": {"first\n" + strings.Repeat("x", 200) + "\nlast\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := protocol.NewSplitter(100)
			var lines []string
			var err error
			for _, c := range chunks {
				if err = s.Feed([]byte(c), func(l []byte) { lines = append(lines, string(l)) }); err != nil {
					break
				}
			}
			var long *protocol.LineTooLongError
			require.ErrorAs(t, err, &long)
			assert.Equal(t, 100, long.Limit)
			assert.Equal(t, strings.Repeat("x", 80), long.Head)
			assert.Equal(t, []string{"first"}, lines)
			assert.ErrorAs(t, s.Feed([]byte("ok\n"), func([]byte) { t.Error("line after the end") }), &long)
		})
	}
}

func TestSplitterHoldsNoMoreThanItsLimitWhateverComes(t *testing.T) {
	s := protocol.NewSplitter(1000)
	chunk := bytes.Repeat([]byte("y"), 333)
	for range 10000 {
		_ = s.Feed(chunk, func([]byte) { t.Fatal("no line ended") })
		if cap(s.Rest()) > 2048 {
			t.Fatalf("holds %d bytes", cap(s.Rest()))
		}
	}
}

func TestSplitterGivesMemoryBackAfterALongLine(t *testing.T) {
	s := protocol.NewSplitter(0)
	require.Len(t, collect(t, s, strings.Repeat("x", 1<<20), "\n"), 1)
	assert.Zero(t, cap(s.Rest()))
}

func TestSplitterDoesNotDependOnHowTheStreamIsCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stream := rapid.StringMatching(`([a-c\r]{0,6}\n?){0,20}`).Draw(t, "stream")
		var chunks []string
		for rest := stream; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		s := protocol.NewSplitter(1 << 10)
		got := collect(t, s, chunks...)

		var want []string
		parts := strings.Split(stream, "\n")
		for _, p := range parts[:len(parts)-1] {
			want = append(want, strings.TrimSuffix(p, "\r"))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		if string(s.Rest()) != parts[len(parts)-1] {
			t.Fatalf("rest %q, want %q", s.Rest(), parts[len(parts)-1])
		}
	})
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a\nb\r\n\n"), 3, 2)
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 7, 8)
	f.Fuzz(func(t *testing.T, stream []byte, step, limit int) {
		step, limit = 1+abs(step)%64, 1+abs(limit)%64
		s := protocol.NewSplitter(limit)
		var total int
		for len(stream) > 0 {
			n := min(step, len(stream))
			err := s.Feed(stream[:n], func(l []byte) {
				total++
				if len(l) > limit || bytes.IndexByte(l, '\n') >= 0 {
					t.Fatalf("line %q with limit %d", l, limit)
				}
			})
			if len(s.Rest()) > limit {
				t.Fatalf("holds %d bytes, limit %d", len(s.Rest()), limit)
			}
			if err != nil {
				return
			}
			stream = stream[n:]
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
