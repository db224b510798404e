// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const source = "func a() {\n\tif x {\n\t\treturn 1\n\t}\n\treturn 2\n}\n\nfunc b() {\n\treturn 2\n}\n"

// hunks returns what follows @@ f.go in the list of one mutant.
func hunks(t *testing.T, text string) Mutant {
	t.Helper()
	list, err := parseList("a.txt", "tests ./p ^T$\nmutant m: wrong\n"+text)
	require.NoError(t, err)
	return list.Mutants[0]
}

func TestAHunkChangesTheOnePlaceWhereItFits(t *testing.T) {
	for _, c := range []struct{ name, hunks, want string }{
		{
			"a line that stands once", "@@ f.go\n-return 1\n+\t\treturn 3\n",
			"func a() {\n\tif x {\n\t\treturn 3\n\t}\n\treturn 2\n}\n\nfunc b() {\n\treturn 2\n}\n",
		},
		{
			"context tells equal lines apart and keeps its indentation", "@@ f.go\n }\n-return 2\n+\treturn 4\n }\n",
			"func a() {\n\tif x {\n\t\treturn 1\n\t}\n\treturn 4\n}\n\nfunc b() {\n\treturn 2\n}\n",
		},
		{
			"a line that only goes", "@@ f.go\n func b() {\n-return 2\n",
			"func a() {\n\tif x {\n\t\treturn 1\n\t}\n\treturn 2\n}\n\nfunc b() {\n}\n",
		},
		{
			"a line that only comes", "@@ f.go\n+// b is new.\n func b() {\n",
			"func a() {\n\tif x {\n\t\treturn 1\n\t}\n\treturn 2\n}\n\n// b is new.\nfunc b() {\n\treturn 2\n}\n",
		},
		{
			"a second hunk sees the first", "@@ f.go\n-func b() {\n+func c() {\n@@ f.go\n func c() {\n-return 2\n+\treturn 5\n",
			"func a() {\n\tif x {\n\t\treturn 1\n\t}\n\treturn 2\n}\n\nfunc c() {\n\treturn 5\n}\n",
		},
	} {
		got, err := hunks(t, c.hunks).apply(fstest.MapFS{"f.go": {Data: []byte(source)}})
		if assert.NoError(t, err, c.name) {
			assert.Equal(t, map[string]string{"f.go": c.want}, got, c.name)
		}
	}
}

func TestAHunkThatFitsNowhereOrTwiceIsRefused(t *testing.T) {
	for text, places := range map[string]int{
		"-return 2\n":            2,
		"-return 7\n":            0,
		" return 1\n-return 2\n": 0, // not consecutive
		"-return\n":              0, // not the whole line
		"-}\n-\n-}\n-\n-}\n-\n-}\n-\n-}\n-\n-}\n-\n-}\n": 0, // longer than the file
	} {
		_, err := hunks(t, "@@ f.go\n"+text).apply(fstest.MapFS{"f.go": {Data: []byte(source)}})
		var fit *FitError
		if assert.ErrorAs(t, err, &fit, text) {
			assert.Equal(t, FitError{Mutant: "m", File: "f.go", At: 3, Places: places}, *fit, text)
		}
	}
	_, err := hunks(t, "@@ g.go\n-x\n").apply(fstest.MapFS{})
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
