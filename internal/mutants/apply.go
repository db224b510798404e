// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io/fs"
	"strings"
)

// FitError tells that a hunk does not fit its file: the source has moved on, or the hunk says too little.
type FitError struct {
	// Mutant is the name of the mutant, File its file.
	Mutant, File string
	// At is the line of the list where the hunk begins.
	At int
	// Places is in how many places of the file the lines of the hunk stand; anything but 1 is wrong.
	Places int
}

// Error names the mutant, the file and the line of the list.
func (e *FitError) Error() string {
	return fmt.Sprintf("mutants: apply %q: the hunk of line %d fits %s in %d places, want 1", e.Mutant, e.At, e.File, e.Places)
}

// apply returns the new text of every file that m changes. The error is a *FitError, or says that a file cannot be read.
func (m Mutant) apply(tree fs.FS) (map[string]string, error) {
	changed := map[string]string{}
	for _, h := range m.Hunks {
		text, ok := changed[h.File]
		if !ok {
			source, err := fs.ReadFile(tree, h.File)
			if err != nil {
				return nil, fmt.Errorf("mutants: apply %q: %w", m.Name, err)
			}
			text = string(source)
		}
		text, places := h.apply(text)
		if places != 1 {
			return nil, &FitError{Mutant: m.Name, File: h.File, At: h.At, Places: places}
		}
		changed[h.File] = text
	}
	return changed, nil
}

// apply returns text with the change and in how many places it would fit. The change is made at the last of them.
func (h Hunk) apply(text string) (changed string, places int) {
	lines := strings.Split(text, "\n")
	var old []string
	for _, l := range h.Lines {
		if l.Mark != Add {
			old = append(old, strings.TrimSpace(l.Text))
		}
	}
	at := 0
	for i := range len(lines) - len(old) + 1 {
		if standsAt(old, lines[i:]) {
			at = i
			places++
		}
	}
	if places == 0 {
		return text, 0
	}
	out := append([]string(nil), lines[:at]...)
	for _, l := range h.Lines {
		switch l.Mark {
		case Keep:
			out = append(out, lines[at])
			at++
		case Drop:
			at++
		case Add:
			out = append(out, l.Text)
		}
	}
	return strings.Join(append(out, lines[at:]...), "\n"), places
}

// standsAt tells whether lines begin with old, whatever the indentation.
func standsAt(old, lines []string) bool {
	for i, want := range old {
		if strings.TrimSpace(lines[i]) != want {
			return false
		}
	}
	return true
}
