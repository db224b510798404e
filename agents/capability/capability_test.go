// SPDX-License-Identifier: Apache-2.0

package capability_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/capability"
)

func TestANeedIsMetByNameAndVersion(t *testing.T) {
	for _, c := range []struct {
		need  string
		met   []string
		unmet []string
	}{
		{"", []string{"a", "a/b@1"}, nil},
		{"nlp", []string{"nlp", "nlp@3"}, []string{"nlp/sum", "nl", "nlps"}},
		{"nlp/*", []string{"nlp", "nlp/sum", "nlp/a/b@1"}, []string{"nlps/a", "nl"}},
		{"a >= 1.2, < 2", []string{"a@1.2", "a@1.2.0.0", "a@1.10", "a@1.99.1"}, []string{"a", "a@1.1.9", "a@2", "b@1.5"}},
		{"a=1.2", []string{"a@1.2.0"}, []string{"a@1.2.1", "a"}},
		{"a>1,<=1.5", []string{"a@1.0.0.1", "a@1.5"}, []string{"a@1", "a@1.5.1"}},
		{"a ~1.2", []string{"a@1.2.7"}, []string{"a@1.3", "a"}},
		{"a^1.2", []string{"a@1.9"}, []string{"a@2", "a@1.1"}},
		{"nlp/*>=2", []string{"nlp/x@2", "nlp@3"}, []string{"nlp/x@1", "nlp/x"}},
	} {
		need, err := capability.ParseNeed(c.need)
		require.NoError(t, err)
		for _, text := range c.met {
			assert.True(t, need.MetBy(offer(t, text)), "%q by %q", c.need, text)
		}
		for _, text := range c.unmet {
			assert.False(t, need.MetBy(offer(t, text)), "%q by %q", c.need, text)
		}
	}
	odd, err := capability.ParseNeed("a>=1")
	require.NoError(t, err)
	assert.False(t, odd.MetBy(capability.Offer{Name: "a", Version: "new"}), "a version that cannot be read meets no bound")
}

func TestMistakesAreShownAtTheirPlace(t *testing.T) {
	for text, pos := range map[string]int{
		"/a": 0, "a/": 1, "a//b": 2, ">=1": 0, "a>": 1, "a>=1,": 1, "a >=1,b": 2, "a>=x": 1, "a*": 1, "a@1": 1, "a>=1.2.3.4.5": 1, "a=>1": 1, "/*": 0,
	} {
		_, err := capability.ParseNeed(text)
		var wrong *capability.SyntaxError
		require.ErrorAs(t, err, &wrong, text)
		assert.Equal(t, pos, wrong.Pos, text)
	}
	for text, pos := range map[string]int{"": 0, "a@": 2, "a@b": 2, "a=1": 1, "a@>=1": 2, "a/@1": 1} {
		_, err := capability.ParseOffer(text)
		var wrong *capability.SyntaxError
		require.ErrorAs(t, err, &wrong, text)
		assert.Equal(t, pos, wrong.Pos, text)
	}
	require.Error(t, capability.Offer{Name: "a", Version: "@"}.Validate())
	require.NoError(t, capability.Offer{Name: "a", Version: "1"}.Validate())
}

func offer(t *testing.T, text string) capability.Offer {
	t.Helper()
	o, err := capability.ParseOffer(text)
	require.NoError(t, err)
	return o
}

func FuzzANeedIsReadBackAsItWasWritten(f *testing.F) {
	for _, seed := range []string{"", "a", "nlp/*", " a >= 1.2 , < 2 ", "a=1.0", "a>1,<=1.5.0.1", "ä/ö"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		need, err := capability.ParseNeed(text)
		if err != nil {
			return
		}
		again, err := capability.ParseNeed(need.String())
		require.NoError(t, err, need.String())
		assert.Equal(t, need, again)
	})
}
