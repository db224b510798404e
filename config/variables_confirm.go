// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"time"

	"mabeam.dev/internal/nearest"
)

// VariableConfirm asks the programs that see a variable for their word that they use a change.
type VariableConfirm struct {
	Share  float64       `yaml:"share" default:"1" min:"0.001" max:"1" doc:"Share of the programs that see the variable which must say so."`
	Within time.Duration `yaml:"within" default:"5s" min:"1ms" max:"24h" doc:"How long they have."`
	Then   Unconfirmed   `yaml:"then" default:"degrade" doc:"What becomes of a change that too few confirm: it stays and is marked degraded, or it is taken back."`
}

// Unconfirmed says what becomes of a change that too few confirm.
type Unconfirmed string

// What becomes of it.
const (
	DegradeUnconfirmed Unconfirmed = "degrade"
	RevertUnconfirmed  Unconfirmed = "revert"
)

// Values lists the words a file may use.
func (Unconfirmed) Values() []string { return []string{"degrade", "revert"} }

// programVariables checks that the variables which the programs of a tree name are there.
func (d *decoder) programVariables(cfg *Config) {
	if cfg.Tree == nil {
		return
	}
	known := []string{"*"}
	if cfg.Variables != nil {
		for _, s := range cfg.Variables.Spaces {
			known = append(known, s.Space+"/*")
			for _, v := range s.Variables {
				known = append(known, s.Space+"/"+v.Variable)
			}
		}
	}
	d.programsBelow(cfg.Tree.Group, "tree", known)
}

func (d *decoder) programsBelow(g Group, at string, known []string) {
	for i, c := range g.Children {
		path := item(at+".children", i)
		if c.Kind == KindSupervisor {
			d.programsBelow(c.Group, path, known)
			continue
		}
		for j, name := range c.Variables {
			d.programVariable(name, item(path+".variables", j), known)
		}
	}
}

func (d *decoder) programVariable(name, path string, known []string) {
	for _, k := range known {
		if k == name && len(known) > 1 {
			return
		}
	}
	if d.bad(path) {
		return
	}
	f := fault{code: CodeUnknownValue, reason: "there is no variable " + quote(name), got: name, want: "SPACE/NAME, SPACE/* or *", suggestion: nearest.Word(name, known)}
	switch {
	case len(known) == 1:
		f.reason, f.suggestion = "the node has no variables", ""
	case !strings.Contains(name, "/"):
		f.reason = quote(name) + " names no space"
	}
	d.fail(d.near(path), path, f)
}
