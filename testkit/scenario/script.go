// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strings"
)

// Script is a scenario that has been read and found well-formed.
type Script struct {
	Name     string // of the file, for messages
	Commands []Command
	Files    []File

	lines []string // of the whole file
}

// File is one file of the archive.
type File struct {
	Name string
	Data []byte
	Line int // of its first line in the scenario
}

// Command is one line of the script.
type Command struct {
	Line     int  // in the file, from 1
	Fails    bool // it must fail
	Verb     *Verb
	Args     []Arg
	Expected *Block // output that is expected; nil if none is
	end      int    // column behind the last argument
}

// Arg is one argument.
type Arg struct {
	Text   string // without its quotes
	Col    int    // in characters, from 1
	Quoted bool
}

// Block is expected output.
type Block struct {
	From, To int    // lines of the file: the text is in between, both are excluded
	Text     string // with a newline at the end of each line
	fenced   bool   // between pairs of fences, so that it may have empty lines
}

// file returns a file of the archive.
func (s *Script) file(name string) (File, bool) {
	i := slices.IndexFunc(s.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return s.Files[i], true
}

// About returns the comment that the scenario begins with, as one line.
func (s *Script) About() string {
	var parts []string
	for _, l := range s.lines {
		text, comment := strings.CutPrefix(l, "#")
		if !comment {
			break
		}
		parts = append(parts, strings.TrimSpace(text))
	}
	return strings.Join(parts, " ")
}
