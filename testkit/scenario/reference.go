// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"strings"
)

// Text lists all verbs for a terminal.
func Text() string {
	var b strings.Builder
	group := Group("")
	for _, v := range Verbs() {
		if v.Group != group {
			if group != "" {
				b.WriteByte('\n')
			}
			group = v.Group
			fmt.Fprintf(&b, "%s\n", strings.ToUpper(string(group)))
		}
		fmt.Fprintf(&b, "  %s\n", v.Usage)
		for _, line := range wrapped(v.Doc, 74) {
			fmt.Fprintf(&b, "      %s\n", line)
		}
		fmt.Fprintf(&b, "      > %s\n", v.Example)
	}
	b.WriteString("\nSUBJECTS OF expect\n")
	for _, s := range subjects() {
		fmt.Fprintf(&b, "  %s\n", s.usage)
		for _, line := range wrapped(s.doc, 74) {
			fmt.Fprintf(&b, "      %s\n", line)
		}
	}
	return b.String()
}

// wrapped breaks a text into lines of at most so many characters.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Markdown is the reference of the language.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Scenario scripts\n\n")
	b.WriteString("A scenario is a txtar file: the leading text is the script, one command a line, and the files behind it are its config, tasks and\n")
	b.WriteString("answers. `runtime scenario run FILE` runs it, in virtual time and in an order drawn from a seed.\n\n")
	b.WriteString("A number sign begins a comment. Quotes keep blanks together, JSON needs none. An exclamation mark in front of a command says that it\n")
	b.WriteString("must fail; what it prints then is why. A line `----` after a command begins the output that is expected of it, up to the next empty\n")
	b.WriteString("line; two such lines begin output that has empty lines, and another two end it.\n")
	group := Group("")
	for _, v := range Verbs() {
		if v.Group != group {
			group = v.Group
			fmt.Fprintf(&b, "\n## %s\n\n| Command | Does | Example |\n|---|---|---|\n", group)
		}
		doc := v.Doc
		if v.Name == "expect" {
			doc, _, _ = strings.Cut(doc, " Subjects:")
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", cell(v.Usage), cell(doc), cell(v.Example))
	}
	b.WriteString("\n## Subjects of expect\n\n| Subject | Is |\n|---|---|\n")
	for _, s := range subjects() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", s.usage, cell(s.doc))
	}
	b.WriteString("\n## Kinds of agents\n\n`echo` answers each task with its input. `scripted` answers as its settings say:\n\n")
	b.WriteString("```yaml\n- id: a\n  kind: scripted\n  settings:\n    answers:\n      - {after: 1s, panic: out of memory}\n      - {output: \"3\"}\n```\n\n")
	b.WriteString("| Key of an answer | Means |\n|---|---|\n")
	for _, k := range answerKeys() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k[0], cell(k[1]))
	}
	b.WriteString("\nThe last answer stands for all that follow. Programs (`kind: exec`) do not live in virtual time and are refused.\n")
	return b.String()
}

// cell keeps a text inside one cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
