// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "add new codes to the golden list")

const golden = "testdata/codes.txt"

// The list has a line for every code that was ever given out: what it means can be said better, but what it is of stays.
func TestACodeNeverChangesWhatItIsOf(t *testing.T) {
	data, err := os.ReadFile(golden)
	require.NoError(t, err)
	listed := map[string]string{} // names by codes
	for line := range strings.Lines(string(data)) {
		code, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		require.True(t, ok, line)
		require.NotContains(t, listed, code)
		listed[code] = name
	}
	var added []string
	present := map[string]bool{}
	for _, e := range All() {
		code := e.Code.String()
		present[code] = true
		was, known := listed[code]
		switch {
		case known:
			assert.Equal(t, was, e.Name, "%s is given out already: take the next free number", code)
		case *update:
			added = append(added, fmt.Sprintf("%s %s\n", code, e.Name))
		default:
			t.Errorf("%s %s is not in %s: run go test ./actors/fault -update", code, e.Name, golden)
		}
	}
	withdrawn := map[string]bool{}
	for _, c := range Reserved() {
		withdrawn[c.String()] = true
		assert.Contains(t, listed, c.String(), "reserved, and never given out")
		assert.False(t, present[c.String()], "%s is reserved", c)
	}
	for code, name := range listed {
		assert.True(t, present[code] || withdrawn[code], "%s %s was given out: keep it, or add it to the reserved codes", code, name)
	}
	if len(added) > 0 {
		require.NoError(t, os.WriteFile(golden, append(data, strings.Join(added, "")...), 0o644))
	}
}

// Holds: ERR-1
func TestEveryEntryIsWholeAndInTheRangeOfItsArea(t *testing.T) {
	names := map[string]Code{}
	last := Code(0)
	for i, chapter := range chapters {
		for _, e := range chapter {
			assert.Equal(t, Area(i+1), e.Code.Area(), "%s %s", e.Code, e.Name)
			assert.Greater(t, e.Code, last, "%s: codes are unique and in order", e.Name)
			last = e.Code
			for _, name := range append([]string{e.Name}, e.Also...) {
				assert.Zero(t, names[name], "%s has two codes", name)
				names[name] = e.Code
			}
			assert.True(t, Low <= e.Severity && e.Severity <= Critical, "%s: severity", e.Name)
			assert.True(t, e.Retry.Class < Fixed || e.Retry.Class >= Custom || e.Retry.Base > 0, "%s: a wait", e.Name)
			assert.Regexp(t, sentence, e.Meaning, e.Name)
			assert.Regexp(t, sentence, e.Advice, e.Name)
			found, ok := Lookup(e.Code)
			assert.True(t, ok)
			assert.Equal(t, e, found)
		}
	}
	assert.Len(t, All(), countOf(names))
}

var sentence = regexp.MustCompile(`^[A-Z].*\.$`)

// countOf counts the codes.
func countOf(names map[string]Code) int {
	codes := map[Code]bool{}
	for _, c := range names {
		codes[c] = true
	}
	return len(codes)
}

func TestWordsFindEntries(t *testing.T) {
	for word, want := range map[string][]Code{
		"E2104": {2104}, "e2104": {2104}, "2104": {2104}, "events.ErrNoSpace": {2104}, "errnospace": {2104},
		"*events.VersionError": {2101}, "events/sqlite.LockedError": {2201}, "sqlite.ErrStoreLocked": {2201},
		"plan.FieldError": {1201, 1602}, "context.Canceled": {2002}, "NoSpace": nil, "": nil, "E9999": nil, "12": nil, "E99999999": nil,
	} {
		var got []Code
		for _, e := range Find(word) {
			got = append(got, e.Code)
		}
		assert.Equal(t, want, got, word)
	}
}

func TestWordsOfAreasSeveritiesAndClasses(t *testing.T) {
	assert.Equal(t, "infrastructure", Code(2104).Area().String())
	assert.Equal(t, "fault.Area(12)", Area(12).String())
	assert.Equal(t, "critical", Critical.String())
	assert.Equal(t, "fault.Severity(9)", Severity(9).String())
	assert.Equal(t, "escalate", Escalate.String())
	assert.Equal(t, "fault.Class(99)", Class(99).String())
	assert.Equal(t, []string{"events", "agents/work/plan", ""}, []string{
		Entry{Name: "events.ErrNoSpace"}.Package(), Entry{Name: "agents/work/plan.ErrFull"}.Package(), Entry{Name: "odd"}.Package(),
	})
}
