// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// header is what every Go file begins with and no page shows.
const header = "// SPDX-License-Identifier: Apache-2.0\n\n"

// marked finds the comments that say of which file the block below is.
var marked = regexp.MustCompile(`^<!-- (examples/\S+) -->$`)

// block is a piece of a page that claims to be a file.
type block struct {
	file string
	line int // of the comment
	text string
}

// blocks returns the marked blocks of a page, and what is wrong with the marks themselves.
func blocks(page string) (found []block, wrong []string) {
	lines := strings.SplitAfter(page, "\n")
	for i := 0; i < len(lines); i++ {
		mark := marked.FindStringSubmatch(strings.TrimSuffix(lines[i], "\n"))
		if mark == nil {
			if strings.Contains(lines[i], "<!-- examples/") {
				wrong = append(wrong, fmt.Sprintf("line %d: a mark stands alone on its line", i+1))
			}
			continue
		}
		b := block{file: mark[1], line: i + 1}
		if i+1 == len(lines) || !strings.HasPrefix(lines[i+1], "```") {
			wrong = append(wrong, fmt.Sprintf("line %d: no block follows the mark of %s", b.line, b.file))
			continue
		}
		closed := false
		for i += 2; i < len(lines) && !closed; i++ {
			if closed = strings.TrimSpace(lines[i]) == "```"; !closed {
				b.text += lines[i]
			}
		}
		i-- // at the end of the block
		if !closed {
			wrong = append(wrong, fmt.Sprintf("line %d: the block of %s does not end", b.line, b.file))
			continue
		}
		found = append(found, b)
	}
	return found, wrong
}

// differences returns what keeps a page from showing the files of a tree.
func differences(tree fs.FS, page string) []string {
	found, wrong := blocks(page)
	for _, b := range found {
		source, err := fs.ReadFile(tree, b.file)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("line %d: %v", b.line, err))
		case strings.TrimPrefix(string(source), header) != b.text:
			wrong = append(wrong, fmt.Sprintf("line %d: the block is not %s", b.line, b.file))
		}
	}
	return wrong
}

func TestReadmeShowsTheExamplesAsTheyAre(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	assert.Empty(t, differences(os.DirFS(".."), string(page)))
}

// Every way in which a page and the files can differ is seen.
func TestDifferencesAreFound(t *testing.T) {
	tree := fstest.MapFS{"examples/a/main.go": {Data: []byte(header + "package main\n\nfunc main() {}\n")}}
	const good = "<!-- examples/a/main.go -->\n```go\npackage main\n\nfunc main() {}\n```\n"
	for name, c := range map[string]struct {
		page string
		want []string
	}{
		"no block is marked":  {"# A page\n\n```go\npackage other\n```\n", nil},
		"the same":            {"text\n" + good + "more\n", nil},
		"twice the same":      {good + good, nil},
		"a byte more":         {strings.Replace(good, "main()", "main( )", 1), []string{"line 1: the block is not examples/a/main.go"}},
		"a line less":         {strings.Replace(good, "package main\n\n", "", 1), []string{"line 1: the block is not examples/a/main.go"}},
		"an empty line more":  {strings.Replace(good, "{}\n", "{}\n\n", 1), []string{"line 1: the block is not examples/a/main.go"}},
		"the second differs":  {good + strings.Replace(good, "{}", "{ }", 1), []string{"line 7: the block is not examples/a/main.go"}},
		"no such file":        {strings.Replace(good, "/a/", "/b/", 1), []string{"line 1: open examples/b/main.go: file does not exist"}},
		"no block below":      {"<!-- examples/a/main.go -->\n\n```go\n```\n", []string{"line 1: no block follows the mark of examples/a/main.go"}},
		"the end of the page": {"<!-- examples/a/main.go -->", []string{"line 1: no block follows the mark of examples/a/main.go"}},
		"a block without end": {strings.TrimSuffix(good, "```\n"), []string{"line 1: the block of examples/a/main.go does not end"}},
		"a mark in a line":    {"see <!-- examples/a/main.go -->\n", []string{"line 1: a mark stands alone on its line"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, differences(tree, c.page))
		})
	}
}

// The quick start stays quick: what a reader has to read, the licence line aside.
func TestTheQuickStartStaysShort(t *testing.T) {
	for file, most := range map[string]int{"hello/main.go": 26, "supervised/main.go": 40} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		text, cut := strings.CutPrefix(string(source), header)
		require.True(t, cut, file)
		assert.LessOrEqual(t, strings.Count(text, "\n"), most, file)
	}
}
