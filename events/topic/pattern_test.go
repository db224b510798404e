// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAPatternSelectsByTokens(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true},
		{"", "any.thing", true},
		{"work.done", "work.done", true},
		{"work.done", "work.done.late", false},
		{"work.done", "work", false},
		{"work.*", "work.done", true},
		{"work.*", "work", false},
		{"work.*", "work.done.late", false},
		{"*.done", "work.done", true},
		{"*.done", "done", false},
		{"work.>", "work.done", true},
		{"work.>", "work.done.late", true},
		{"work.>", "work", false},
		{">", "work", true},
		{"*", "work", true},
		{"*", "work.done", false},
		{"*.>", "work", false},
		{"*.>", "work.done.late", true},
		{"a.*.c", "a..c", true},
		{"work", "worker", false},
	} {
		p, err := parse("types", c.pattern, typeSeparator)
		require.NoError(t, err, c.pattern)
		assert.Equal(t, c.want, p.matches(c.name), "%q and %q", c.pattern, c.name)
	}
}

func TestAMalformedPatternNamesEveryTokenThatIsWrong(t *testing.T) {
	for _, c := range []struct {
		pattern string
		tokens  []int
	}{
		{"a..b", []int{2}},
		{".", []int{1, 2}},
		{"a.>.b", []int{2}},
		{"wor*.x>", []int{1, 2}},
		{">.>.", []int{1, 2, 3}},
		{"\xff", []int{1}},
		{strings.Repeat("a", 256), []int{1}},
	} {
		_, err := parse("types", c.pattern, typeSeparator)
		require.ErrorIs(t, err, ErrPattern, c.pattern)
		var got []int
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			got = append(got, e.(*PatternError).Token)
		}
		assert.Equal(t, c.tokens, got, c.pattern)
	}
}

// A pattern means what a regular expression made of it token by token means.
func TestPatternsEqualANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", "*"}), 1, 4).Draw(t, "tokens")
		if rapid.Bool().Draw(t, "open") {
			tokens = append(tokens, ">")
		}
		var model []string
		for _, tok := range tokens {
			model = append(model, map[string]string{"*": `[^/]*`, ">": `.*`}[tok])
			if model[len(model)-1] == "" {
				model[len(model)-1] = regexp.QuoteMeta(tok)
			}
		}
		re := regexp.MustCompile("^" + strings.Join(model, "/") + "$")
		name := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", "c", ""}), 1, 6).Draw(t, "name"), "/")
		p, err := parse("streams", strings.Join(tokens, "/"), streamSeparator)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.matches(name), re.MatchString(name); got != want {
			t.Fatalf("%v and %q: %t, want %t", tokens, name, got, want)
		}
	})
}
