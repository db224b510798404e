// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"encoding"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// text is a word of the configuration.
type text interface {
	encoding.TextMarshaler
	String() string
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	check := func(n int, at func(uint8) text, into func([]byte) (text, error)) {
		for i := range n {
			word, err := at(uint8(i)).MarshalText()
			require.NoError(t, err)
			assert.Equal(t, at(uint8(i)).String(), string(word))
			back, err := into(word)
			require.NoError(t, err)
			assert.Equal(t, at(uint8(i)), back)
		}
		_, err := at(uint8(n)).MarshalText()
		require.Error(t, err)
		assert.Contains(t, at(uint8(n)).String(), "unknown")
		_, err = into([]byte("no such word"))
		require.Error(t, err)
	}
	check(len(severities), func(n uint8) text { return Severity(n) }, func(b []byte) (text, error) { var s Severity; err := s.UnmarshalText(b); return s, err })
	check(len(comparisons), func(n uint8) text { return Comparison(n) }, func(b []byte) (text, error) { var c Comparison; err := c.UnmarshalText(b); return c, err })
	check(len(policies), func(n uint8) text { return NoData(n) }, func(b []byte) (text, error) { var p NoData; err := p.UnmarshalText(b); return p, err })
	check(len(stats), func(n uint8) text { return Stat(n) }, func(b []byte) (text, error) { var s Stat; err := s.UnmarshalText(b); return s, err })
	check(len(states), func(n uint8) text { return State(n) }, func(b []byte) (text, error) { var s State; err := s.UnmarshalText(b); return s, err })
}

func TestPatternsMatchAsTheirRegularExpressionsDo(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		pattern := letters.Draw(t, "pattern")
		word := strings.ReplaceAll(letters.Draw(t, "text"), "*", "/")
		re := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
		if want := re.MatchString(word); Matches(pattern, word) != want {
			t.Fatalf("%q and %q: expected %v", pattern, word, want)
		}
	})
}

func TestCallersBranchOnTheFieldOfAMistake(t *testing.T) {
	_, err := New(Spec{Rules: []Rule{{Name: "r"}}})
	var mistake *FieldError
	require.ErrorAs(t, err, &mistake)
	assert.Equal(t, FieldError{Kind: "rule", Subject: "r", Field: "series", Reason: "is missing"}, *mistake)
	require.False(t, errors.Is(err, ErrNoAlert))
}
