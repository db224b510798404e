// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"regexp"
	"strings"
)

var (
	docLink = regexp.MustCompile(`\[(\*?[A-Za-z][\w.]*)\]`)
	pointer = regexp.MustCompile(`(^|[\s(])(\*[A-Za-z][\w.]*\w)`)
)

// prose is a comment as one line of Markdown. Links to identifiers and pointer types become code, and nothing in it ends a table
// cell or begins a tag.
func prose(doc *ast.CommentGroup) string { return cell(doc.Text()) }

// cell does for a text what prose does for a comment.
func cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	text = strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(text)
	text = docLink.ReplaceAllString(text, "`$1`")
	return pointer.ReplaceAllString(text, "$1`$2`")
}

// code is a piece of code in a table cell.
func code(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }

// table writes a Markdown table; without rows it writes nothing.
func table(b *strings.Builder, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, r := range rows {
		line(r)
	}
	b.WriteString("\n")
}
