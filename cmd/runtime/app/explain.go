// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/nearest"
)

// explanation is the JSON form of a code.
type explanation struct {
	Code     fault.Code     `json:"code"`
	Name     string         `json:"name"`
	Also     []string       `json:"also,omitempty"` // further names
	Area     string         `json:"area"`
	Severity fault.Severity `json:"severity"`
	Retry    fault.Retry    `json:"retry"`
	Wraps    bool           `json:"wraps,omitempty"` // it goes by the code of its cause, if that has one
	Meaning  string         `json:"meaning"`
	Advice   string         `json:"advice"`
}

// explain prints what codes of errors mean.
func (c *command) explain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [CODE...]",
		Short: "Say what the code of an error means, and what to do",
		Long: `explain prints what has happened where an error has a code, how bad that is,
whether trying again can help, and what to do. A Go name does as well; without
arguments all codes are listed.

  runtime explain E2201
  runtime explain events.ErrNoSpace -o json`,
	}
	form := outputFlag(cmd, "text", "json")
	cmd.RunE = func(_ *cobra.Command, words []string) error {
		if err := checkOutput(*form, "text", "json"); err != nil {
			return err
		}
		found := fault.All()
		if len(words) > 0 {
			found = nil
		}
		for _, word := range words {
			entries := fault.Find(word)
			if len(entries) == 0 {
				return noCode(word)
			}
			found = append(found, entries...)
		}
		switch {
		case *form == "json":
			return c.json(explained(found))
		case len(words) == 0:
			for _, e := range found {
				fmt.Fprintf(c.Stdout, "%s  %-8s  %s\n", e.Code, e.Severity, e.Name)
			}
		default:
			for i, e := range found {
				if i > 0 {
					fmt.Fprintln(c.Stdout)
				}
				fmt.Fprint(c.Stdout, explanationText(e))
			}
		}
		return nil
	}
	return cmd
}

func explained(entries []fault.Entry) []explanation {
	all := make([]explanation, len(entries))
	for i, e := range entries {
		all[i] = explanation{e.Code, e.Name, e.Also, e.Code.Area().String(), e.Severity, e.Retry, e.Wraps, e.Meaning, e.Advice}
	}
	return all
}

func explanationText(e fault.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", e.Code, e.Name)
	line := func(key, value string) { fmt.Fprintf(&b, "  %-9s %s\n", key, value) }
	if len(e.Also) > 0 {
		line("also", strings.Join(e.Also, ", "))
	}
	line("area", e.Code.Area().String())
	line("severity", e.Severity.String())
	retry := e.Retry.String()
	if e.Wraps {
		retry += ", or as its cause says"
	}
	line("retry", retry)
	fmt.Fprintf(&b, "\n%s\n%s\n", e.Meaning, e.Advice)
	return b.String()
}

// noCode refuses a word that names no code, with what it may have meant.
func noCode(word string) error {
	var candidates []string
	code := strings.TrimLeft(word, "eE0123456789") == ""
	for _, e := range fault.All() {
		if code {
			candidates = append(candidates, e.Code.String())
			continue
		}
		for _, name := range append([]string{e.Name}, e.Also...) {
			short := name[strings.LastIndexByte(name, '/')+1:]
			candidates = append(candidates, name, short, short[strings.IndexByte(short, '.')+1:])
		}
	}
	text := fmt.Sprintf("explain %q: no such code", word)
	if s := nearest.Word(word, candidates); s != "" {
		text += fmt.Sprintf(", did you mean %q?", s)
	}
	return usage("%s", text)
}
