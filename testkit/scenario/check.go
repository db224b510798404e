// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
)

// What can be found wrong with a command before it runs.

// checkFile wants a file of the archive as the first argument.
func checkFile(s *Script, c *Command) []mistake {
	name := c.Args[0]
	if _, ok := s.file(name.Text); ok {
		return nil
	}
	m := mistake{col: name.Col, width: len([]rune(name.Text)), reason: fmt.Sprintf("no file %q in the scenario", name.Text)}
	var have []string
	for _, f := range s.Files {
		have = append(have, f.Name)
	}
	if near := nearest.Word(name.Text, have); near != "" {
		m.hint = fmt.Sprintf("did you mean %q?", near)
	}
	return []mistake{m}
}

// checkDuration wants a duration at a place, if there is an argument.
func checkDuration(at int) func(*Script, *Command) []mistake {
	return func(_ *Script, c *Command) []mistake {
		if at >= len(c.Args) {
			return nil
		}
		a := c.Args[at]
		if d, err := time.ParseDuration(a.Text); err == nil && d >= 0 {
			return nil
		}
		return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no duration", a.Text), hint: "such as 5s or 1m30s"}}
	}
}

// checkJSON wants JSON at a place.
func checkJSON(at int) func(*Script, *Command) []mistake {
	return func(_ *Script, c *Command) []mistake {
		a := c.Args[at]
		if json.Valid([]byte(a.Text)) {
			return nil
		}
		return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: "this is no JSON", hint: `texts need double quotes, as in '"text"'`}}
	}
}

// pairs reads arguments KEY=VALUE of something: each key sets a part of it, or says what is wrong.
func pairs[T any](args []Arg, into *T, keys map[string]func(into *T, value string) error, of string) (bad []mistake) {
	for _, a := range args {
		key, value, ok := strings.Cut(a.Text, "=")
		set := keys[key]
		if !ok || set == nil {
			bad = append(bad, mistake{
				col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no key of %s", key, of),
				hint: "KEY=VALUE, with one of: " + strings.Join(slices.Sorted(maps.Keys(keys)), ", "),
			})
			continue
		}
		if err := set(into, value); err != nil {
			bad = append(bad, mistake{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%s=%s: %v", key, value, err)})
		}
	}
	return bad
}
