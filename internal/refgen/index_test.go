// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// index is the page that leads to all others.
const index = "docs/README.md"

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)\s]*)?\)`)

func TestTheIndexLinksEveryPage(t *testing.T) {
	tree := os.DirFS(root)
	text, err := fs.ReadFile(tree, index)
	require.NoError(t, err)
	linked := map[string]bool{index: true}
	for _, m := range link.FindAllStringSubmatch(string(text), -1) {
		linked[path.Join(path.Dir(index), m[1])] = true
	}
	top, err := fs.Glob(tree, "*.md")
	require.NoError(t, err)
	for _, page := range append(top, below(t, tree, "docs")...) {
		assert.True(t, linked[page], "%s has no link to %s", index, page)
	}
}

func TestLinksBetweenPagesLeadSomewhere(t *testing.T) {
	tree := os.DirFS(root)
	top, err := fs.Glob(tree, "*.md")
	require.NoError(t, err)
	for _, page := range append(top, below(t, tree, "docs")...) {
		text, err := fs.ReadFile(tree, page)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], ":") { // another site
				continue
			}
			_, err := os.Stat(filepath.Join(root, filepath.FromSlash(path.Join(path.Dir(page), m[1]))))
			assert.NoError(t, err, "a link of %s", page)
		}
	}
}

// below lists the pages of a folder.
func below(t *testing.T, tree fs.FS, folder string) []string {
	t.Helper()
	var found []string
	require.NoError(t, fs.WalkDir(tree, folder, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(name) == ".md" {
			found = append(found, name)
		}
		return err
	}))
	return found
}
