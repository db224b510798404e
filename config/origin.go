// SPDX-License-Identifier: Apache-2.0

package config

import "strconv"

// Source is the layer a value came from.
type Source string

// The four layers, weakest first.
const (
	FromDefault Source = "default" // not written anywhere
	FromFile    Source = "file"    // the node file
	FromEnv     Source = "env"     // an environment variable
	FromSet     Source = "set"     // a --set argument
)

func (l layer) source() Source {
	switch l {
	case fromFile:
		return FromFile
	case fromEnv:
		return FromEnv
	case fromSet:
		return FromSet
	}
	return FromDefault
}

// Origin is the place one value came from. The zero value means it is the default.
type Origin struct {
	Source Source // the layer; empty counts as FromDefault
	Name   string // name of the file, "env NAME" or "--set"
	Line   int    // line in the file, from 1; 0 outside files
	Col    int    // column in characters, from 1; 0 outside files
}

// String returns the place as users read it: "node.yaml:12:5", "env MABEAM_LOG__LEVEL", "--set" or "default".
func (o Origin) String() string {
	if o.Source == "" || o.Source == FromDefault {
		return string(FromDefault)
	}
	if o.Line > 0 {
		return o.Name + ":" + strconv.Itoa(o.Line) + ":" + strconv.Itoa(o.Col)
	}
	return o.Name
}

// Entry is one key with its value in force.
type Entry struct {
	Path   string // key path such as tree.children[0].restart
	Value  string // the value as text; references to secrets stay references
	Origin Origin // who won
}

// Origins remembers for every key of a Config where its value came from.
type Origins struct {
	entries []Entry
	byPath  map[string]int
}

// Of returns the origin of a key. It reports false for a key that has no value.
func (o Origins) Of(path string) (Origin, bool) {
	i, ok := o.byPath[path]
	if !ok {
		return Origin{}, false
	}
	return o.entries[i].Origin, true
}

// All returns every key that has a value, in the order of the reference. The caller must not change the slice.
func (o Origins) All() []Entry { return o.entries }

func (o *Origins) record(path, value string, from Origin) {
	if o.byPath == nil {
		o.byPath = map[string]int{}
	}
	if from.Source == "" {
		from.Source = FromDefault
	}
	o.byPath[path] = len(o.entries)
	o.entries = append(o.entries, Entry{Path: path, Value: value, Origin: from})
}
