// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strconv"
	"strings"

	"mabeam.dev/telemetry/alert"
)

// MaxFile is the size in bytes up to which a file is taken; nobody has to read more of it than one byte beyond.
const MaxFile = 4 << 20

// Input is all that Load looks at.
type Input struct {
	Name   string              // name of the file for messages; it is not opened
	Data   []byte              // the text of the file: YAML or JSON
	Env    []string            // environment as os.Environ gives it; variables that do not begin with MABEAM_ serve ${env:NAME} only
	Sets   []string            // arguments key=value, later ones win
	Kinds  map[string]KindInfo // kinds of agents beyond supervisor and exec
	Series []string            // series that alert rules may look at, besides events and what agents record; nil if that is not to be checked
	Pack   []alert.Rule        // alert rules that come with the node
	Files  Files               // file system for ${file:PATH} and for looking whether task files can be read; nil for none
}

// Load reads a configuration. The error is nil or Errors with every problem there is; with an error the Config is
// zero.
func Load(in Input) (Config, Origins, error) {
	top, _, problems := parse(in.Name, in.Data)
	if top == nil {
		return Config{}, Origins{}, finish(problems)
	}
	d := &decoder{
		shapes: shapes{}, kinds: in.Kinds, known: knownKinds(in.Kinds), files: in.Files, series: in.Series, pack: in.Pack,
		refs:   references{env: environment(in.Env), files: in.Files},
		places: map[string]place{}, refused: map[string]bool{},
	}
	for _, p := range problems {
		d.refused[p.path] = true
	}
	d.problems = problems
	o := overlay{shapes: d.shapes, kinds: in.Kinds, root: top}
	o.environment(in.Env)
	o.arguments(in.Sets)
	d.problems = append(d.problems, o.problems...)

	d.version(top)
	var cfg Config
	d.decode(top, reflect.ValueOf(&cfg).Elem(), "", field{})
	d.validate(&cfg)
	if len(d.problems) > 0 {
		return Config{}, Origins{}, finish(d.problems)
	}
	return cfg, d.origins, nil
}

// version is looked at first: a file of a newer format is refused for that, not for the keys that it brings.
func (d *decoder) version(root *value) {
	v := root.get("version")
	if v == nil || v.form != scalar || v.quoted {
		return
	}
	n, err := strconv.Atoi(v.text)
	switch {
	case err != nil || n == Version:
	case n > Version:
		d.fail(v.at, "version", fault{code: CodeVersion, reason: "version " + v.text + " is newer than this program", got: v.text, want: "version 1"})
		d.lenient = true
	default:
		d.fail(v.at, "version", fault{code: CodeVersion, reason: "there is no version " + v.text, got: v.text, want: "version 1"})
	}
}

// environment makes a table of NAME=value pairs. Of a name given twice the last counts.
func environment(env []string) map[string]string {
	table := make(map[string]string, len(env))
	for _, pair := range env {
		if name, text, ok := strings.Cut(pair, "="); ok {
			table[name] = text
		}
	}
	return table
}

// finish turns placed faults into sorted errors.
func finish(problems []placed) Errors {
	all := make(Errors, len(problems))
	layers := make(map[*FieldError]layer, len(problems))
	for i, p := range problems {
		e := &FieldError{
			File: p.at.src.name, Col: p.at.col, Width: p.at.width, Path: p.path, Code: p.code, Reason: p.reason,
			Got: p.got, Want: p.want, Suggestion: p.suggestion, OneOf: p.oneOf, Hint: p.hint, Source: p.at.src.line(p.at.line),
		}
		if p.at.src.layer == fromFile {
			e.Line = p.at.line
		}
		all[i], layers[e] = e, p.at.src.layer
	}
	all.sort(layers)
	return all
}
