// SPDX-License-Identifier: Apache-2.0

package suites_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform/suites"
)

// head is a page up to its first row.
const head = "# Suite\n\nWhat it is.\n\n| Case | Asserts | Ours |\n|---|---|---|\n"

// planted is a module with one package.
var planted = fstest.MapFS{
	"pkg/a_test.go": {Data: []byte(`package pkg

import "testing"

func TestA(t *testing.T) {
	t.Run("with blanks", nil)
	t.Run("deeper", nil)
}

func (x) TestMethod(t *testing.T) {}

func TestHelper() {}

func Testing(b *testing.B) {}

func FuzzA(f *testing.F) {}

func ExampleA() {}
`)},
	"pkg/testdata/scripts/01_x.txt": {},
	"broken/b_test.go":              {Data: []byte("package")},
}

// faults reads and checks a page and returns what is wrong with it, one line each.
func faults(text string) []string {
	table, err := suites.Parse("p.md", text)
	var out []string
	for _, err := range []error{err, table.Check(suites.NewTests(planted))} {
		if err != nil {
			out = append(out, strings.Split(err.Error(), "\n")...)
		}
	}
	return out
}

func TestAReferenceThatLeadsNowhereIsAFault(t *testing.T) {
	for ours, want := range map[string]string{
		"`pkg` `TestA`":                              "",
		"`pkg` `TestA`, `pkg` `FuzzA`":               "",
		"`pkg` `ExampleA`":                           "",
		"`pkg` `TestA/with blanks`":                  "",
		"`pkg` `TestA/with_blanks`":                  "",
		"`pkg` `TestA/with_blanks/deeper`":           "",
		"`pkg` `TestA/01_x.txt`":                     "",
		"does not apply: nodes have no part in this": "",
		"`pkg` `TestB`":                              `suites: check "p.md": line 7: case "c": "pkg" has no test TestB`,
		"`pkg` `TestMethod`":                         `suites: check "p.md": line 7: case "c": "pkg" has no test TestMethod`,
		"`pkg` `TestHelper`":                         `suites: check "p.md": line 7: case "c": "pkg" has no test TestHelper`,
		"`pkg` `Testing`":                            `suites: check "p.md": line 7: case "c": "pkg" has no test Testing`,
		"`pkg` `TestA/deeper/x`":                     `suites: check "p.md": line 7: case "c": nothing in the tests of "pkg" is called "x"`,
		"`none` `TestA`":                             `suites: check "p.md": line 7: case "c": the tests of "none" cannot be read: there are none`,
		"`pkg` `TestA`, `pkg` `TestC`":               `suites: check "p.md": line 7: case "c": "pkg" has no test TestC`,
		"does not apply: no":                         `suites: check "p.md": line 7: case "c" does not apply, but "no" is no reason`,
	} {
		t.Run(ours, func(t *testing.T) {
			got := faults(head + "| `c` | law | " + ours + " |\n")
			if want == "" {
				assert.Empty(t, got)
				return
			}
			assert.Equal(t, []string{want}, got)
		})
	}
	got := faults(head + "| `c` | law | `broken` `TestA` |\n")
	require.Len(t, got, 1)
	assert.Contains(t, got[0], `the tests of "broken" cannot be read`)
}

func TestAPageThatIsNoTableIsAFault(t *testing.T) {
	row := "| `c` | law | `pkg` `TestA` |\n"
	for name, tc := range map[string]struct {
		text string
		want string // the start of the only fault after page and line; empty: none
	}{
		"good":            {head + row + "\nMore prose.\n", ""},
		"no heading":      {strings.TrimPrefix(head, "# Suite\n") + row, "there is no heading"},
		"no paragraph":    {strings.Replace(head, "What it is.", "", 1) + row, "there is no paragraph"},
		"no table":        {"# Suite\n\nWhat it is.\n", "there is no table"},
		"other columns":   {strings.Replace(head, "Ours", "Theirs", 1) + row, "the columns are"},
		"no rule":         {strings.Replace(head, "|---|---|---|", "| a | b | c |", 1) + row, "the line below the columns"},
		"two cells":       {head + "| `c` | law |\n", "2 cells, not 3"},
		"four cells":      {head + "| `c` | law | `pkg` `TestA` | more |\n", "4 cells, not 3"},
		"a bar":           {head + "| `c` | a \\| b | `pkg` `TestA` |\n", ""},
		"no case":         {head + "| | law | `pkg` `TestA` |\n", "an empty cell"},
		"no law":          {head + "| `c` | | `pkg` `TestA` |\n", "an empty cell"},
		"no test":         {head + "| `c` | law | |\n", "case \"c\" names its tests as \"\""},
		"no quotes":       {head + "| `c` | law | pkg TestA |\n", "case \"c\" names its tests as"},
		"a test alone":    {head + "| `c` | law | `TestA` |\n", "case \"c\" names its tests as"},
		"twice":           {head + row + row, "case \"c\" is in line 7 already"},
		"qualified":       {head + row + strings.Replace(row, "`c`", "`c` (second group)", 1), ""},
		"a second table":  {head + row + "\n" + row, "a second table"},
		"reason in words": {head + "| `c` | law | not needed here, really |\n", "case \"c\" names its tests as"},
	} {
		t.Run(name, func(t *testing.T) {
			got := faults(tc.text)
			if tc.want == "" {
				assert.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			assert.Contains(t, got[0], tc.want)
		})
	}
}
