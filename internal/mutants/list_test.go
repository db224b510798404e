// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAListIsReadInOrder(t *testing.T) {
	list, err := parseList("a.txt", `# prices
tests ./shop ^TestPrices$

mutant free: costs nothing: ever
@@ shop/price.go
 func delivery() int {
-	return 3

+	return 0
@@ shop/tax.go
-
mutant twice: costs twice
@@ shop/price.go
+// twice
 	return 3
`)
	require.NoError(t, err)
	assert.Equal(t, List{Package: "./shop", Pattern: "^TestPrices$", Mutants: []Mutant{
		{Name: "free", Why: "costs nothing: ever", Hunks: []Hunk{
			{File: "shop/price.go", At: 5, Lines: []Line{{Keep, "func delivery() int {"}, {Drop, "\treturn 3"}, {Add, "\treturn 0"}}},
			{File: "shop/tax.go", At: 10, Lines: []Line{{Drop, ""}}},
		}},
		{Name: "twice", Why: "costs twice", Hunks: []Hunk{
			{File: "shop/price.go", At: 13, Lines: []Line{{Add, "// twice"}, {Keep, "\treturn 3"}}},
		}},
	}}, list)
}

func TestEveryMistakeOfAListIsShownWithItsLine(t *testing.T) {
	_, err := parseList("a.txt", `tests ./shop
tests ./shop ^Test(
tests ./shop ^Test
@@ early.go
-x
mutant Free: no name
@@ ../out.go
-x
mutant still
@@ a.go
 x
mutant still: nothing
mutant add: no place
@@ a.go
+x
what is this
mutant last: nothing
`)
	assert.Equal(t, []string{
		`mutants: read "a.txt": line 1: want: tests PACKAGE PATTERN`,
		"mutants: read \"a.txt\": line 2: error parsing regexp: missing closing ): `^Test(`",
		`mutants: read "a.txt": line 3: the tests are named twice`,
		`mutants: read "a.txt": line 4: a hunk outside a mutant`,
		`mutants: read "a.txt": line 5: a changed line outside a hunk`,
		`mutants: read "a.txt": line 6: "Free" is not a name: want small letters and digits, joined by -`,
		`mutants: read "a.txt": line 7: "../out.go" is not the path of a file in the module`,
		`mutants: read "a.txt": line 9: mutant "still" does not say what is wrong with it`,
		`mutants: read "a.txt": line 10: the hunk changes nothing`,
		`mutants: read "a.txt": line 12: a second mutant "still"`,
		`mutants: read "a.txt": line 13: mutant "still" changes nothing`,
		`mutants: read "a.txt": line 16: "what is this" is neither tests, mutant, @@, a line of a hunk nor a comment`,
		`mutants: read "a.txt": line 14: the hunk does not say where it belongs`,
		`mutants: read "a.txt": line 17: mutant "last" changes nothing`,
	}, strings.Split(err.Error(), "\n"))
	_, err = parseList("a.txt", "")
	assert.EqualError(t, err, "mutants: read \"a.txt\": line 1: no line says which tests judge the mutants\nmutants: read \"a.txt\": line 1: no mutants")
}

// The list rots when the source moves on; this says so at once and without a compiler.
func TestEveryMutantOfTheListsFitsTheSource(t *testing.T) {
	for _, file := range []string{"testdata/plan.txt", "testdata/backoff.txt", "testdata/cognitive.txt"} {
		list, err := load(file, "")
		require.NoError(t, err)
		for _, m := range list.Mutants {
			_, err := m.apply(os.DirFS("../.."))
			assert.NoError(t, err)
		}
	}
}
