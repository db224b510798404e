// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"cmp"
	"slices"
	"strings"
)

// Entry is what is known of one code.
type Entry struct {
	// Code is the number.
	Code Code
	// Name is the Go identifier behind it, with the path of its package below the module: "events.ErrNoSpace". Conditions of other
	// packages have their names: "context.Canceled".
	Name string
	// Also are further names of the same condition: the sentinel that a type matches, and names under which packages pass it on.
	Also []string
	// Severity is how bad it is.
	Severity Severity
	// Retry is what to do after it.
	Retry Retry
	// Wraps says that the condition only brings the news of another: where an error has a cause with a code, that is the code it goes by.
	Wraps bool
	// Meaning says in a sentence what has happened.
	Meaning string
	// Advice says what to do about it.
	Advice string
}

// Package returns the path of the package that Name is of.
func (e Entry) Package() string {
	path, _, _ := cut(e.Name)
	return path
}

// cut parts a name behind its package's path.
func cut(name string) (path, id string, ok bool) {
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		return "", name, false
	}
	return name[:at], name[at+1:], true
}

// reserved are the codes that earlier releases have given out and this one does not use. They never get another meaning.
var reserved []Code

// Reserved returns the codes that are withdrawn, in order.
func Reserved() []Code { return slices.Clone(reserved) }

// chapters are the entries by area, each in the order of its codes.
var chapters = [...][]Entry{
	validation, infrastructure, agent, coordination, breaker, rate, registry, telemetry, system,
}

// chapter joins what the packages of one area have, in the order of the codes.
func chapter(parts ...[]Entry) []Entry {
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

// All returns every entry in the order of the codes. The caller owns the slice, and leaves what the entries point to alone.
func All() []Entry {
	var all []Entry
	for _, entries := range chapters {
		all = append(all, entries...)
	}
	return all
}

// Lookup returns the entry of a code.
func Lookup(c Code) (Entry, bool) {
	a := c.Area()
	if a == 0 {
		return Entry{}, false
	}
	entries := chapters[a-1]
	at, ok := slices.BinarySearchFunc(entries, c, func(e Entry, c Code) int { return cmp.Compare(e.Code, c) })
	if !ok {
		return Entry{}, false
	}
	return entries[at], true
}

// Find returns the entries that a word names: a code as Parse reads it, or the end of a name, as in "events.ErrNoSpace", "ErrNoSpace" and
// "sqlite.LockedError". Letter case does not matter.
func Find(word string) []Entry {
	if c, err := Parse(word); err == nil {
		if e, ok := Lookup(c); ok {
			return []Entry{e}
		}
		return nil
	}
	word = strings.ToLower(strings.TrimPrefix(word, "*"))
	if word == "" {
		return nil
	}
	var found []Entry
	for _, e := range All() {
		if slices.ContainsFunc(append([]string{e.Name}, e.Also...), func(name string) bool { return endsWith(strings.ToLower(name), word) }) {
			found = append(found, e)
		}
	}
	return found
}

// endsWith reports whether a name ends with whole parts.
func endsWith(name, word string) bool {
	rest, ok := strings.CutSuffix(name, word)
	return ok && (rest == "" || strings.HasSuffix(rest, ".") || strings.HasSuffix(rest, "/"))
}
