// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// transcript reads a source to its end and writes down what Next gave.
func transcript(r *Reader) (all []string) {
	for {
		l, err := r.Next(now)
		var bad *LineError
		switch {
		case err == nil:
			all = append(all, fmt.Sprintf("%s line %d end %d", l.Task.ID, l.Number, l.End))
		case errors.As(err, &bad):
			all = append(all, err.Error())
		default:
			return append(all, err.Error())
		}
	}
}

func TestReaderReportsBadLinesAndGoesOn(t *testing.T) {
	text := "\xef\xbb\xbf" + `{"id":"a","kind":"k"}` + "\r\n\n  \n" + `{"id":` + "\n" + strings.Repeat("x", 101) + "\n" + `{"id":"b","kind":"k"}`
	want := []string{
		"a line 1 end 26",
		"f:4:7: not JSON: unexpected end of JSON input",
		"f:5:1: line is longer than 100 bytes",
		"b line 6 end 160",
		"EOF",
	}
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		r := NewReader(in, Options{File: "f", Limit: 100})
		require.Equal(t, want, transcript(r))
		require.Equal(t, 2, r.Bad())
		require.Equal(t, int64(len(text)), r.Offset())
		_, err := r.Next(now)
		require.ErrorIs(t, err, io.EOF)
	}
}

func TestReaderGoesOnFromAnOffset(t *testing.T) {
	text := `{"id":"a","kind":"k"}` + "\n" + `{"id":"b","kind":"k"}` + "\nbad\n"
	first := NewReader(strings.NewReader(text), Options{})
	l, err := first.Next(now)
	require.NoError(t, err)
	rest := NewReader(strings.NewReader(text[l.End:]), Options{Offset: l.End, Line: l.Number})
	require.Equal(t, []string{"b line 2 end 44", "-:3:1: not JSON: invalid character 'b' looking for beginning of value", "EOF"}, transcript(rest))
}

func TestReaderGivesFailuresOfTheSourceForGood(t *testing.T) {
	broken := errors.New("disk on fire")
	r := NewReader(io.MultiReader(strings.NewReader(`{"id":"a","kind":"k"}`+"\n"+`{"id":"half"`), iotest.ErrReader(broken)), Options{File: "f"})
	_, err := r.Next(now)
	require.NoError(t, err)
	for range 2 {
		_, err = r.Next(now)
		require.ErrorIs(t, err, broken)
	}
}

// endless is a source of one line without an end, of n bytes.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n := min(e.n, len(p))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.n -= n
	return n, nil
}

func TestReaderDoesNotHoldALineOverTheLimit(t *testing.T) {
	r := NewReader(&endless{n: 100 << 20}, Options{})
	_, err := r.Next(now)
	var bad *LineError
	require.ErrorAs(t, err, &bad)
	require.Less(t, cap(r.buf), 4*DefaultLimit)
	_, err = r.Next(now)
	require.ErrorIs(t, err, io.EOF)
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("{\"id\":\"a\",\"kind\":\"k\"}\n\n{\"id\n"), uint8(30))
	f.Fuzz(func(t *testing.T, text []byte, limit uint8) {
		r := NewReader(strings.NewReader(string(text)), Options{Limit: int(limit) + 1})
		reports := len(transcript(r))
		if lines := strings.Count(string(text), "\n") + 2; reports > lines {
			t.Fatalf("%d reports for %d lines", reports, lines)
		}
		require.Equal(t, int64(len(text)), r.Offset())
	})
}
