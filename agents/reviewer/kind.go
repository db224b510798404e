// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"context"
	"encoding/json"

	"mabeam.dev/agents"
)

// KindName is the name under which config files know the kind of native reviewers.
const KindName = "go.review"

// Kind returns the kind of native agents that review Go packages: a task's input is a [Package], its result a [Report].
func Kind() agents.Kind {
	k := agents.Native(KindName, "Reviews one package of Go source: size, complexity, undocumented exports, long functions.",
		func(s agents.Spec) (agents.Worker, error) {
			var o Options
			if len(s.Settings) > 0 {
				if err := json.Unmarshal(s.Settings, &o); err != nil {
					return nil, err
				}
			}
			if err := o.Validate(); err != nil {
				return nil, err
			}
			return worker(o), nil
		})
	k.Settings = settings{}
	return k
}

// settings is Options as a config file writes them.
type settings struct {
	Complexity    int `yaml:"complexity" json:"complexity,omitempty" default:"15" min:"-1" doc:"Highest cyclomatic complexity without a finding; -1 for no such findings."`
	FunctionLines int `yaml:"function_lines" json:"function_lines,omitempty" default:"80" min:"-1" doc:"Longest function without a finding, in lines; -1 for no such findings."`
	MaxFindings   int `yaml:"max_findings" json:"max_findings,omitempty" default:"500" min:"1" doc:"Findings that a report lists; those beyond are counted."`
}

func worker(o Options) agents.Worker {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		return Do(ctx, t.Input, o)
	})
}

// Do reviews the package that a task's input names. Input that cannot be used is a permanent failure.
func Do(ctx context.Context, input json.RawMessage, o Options) (json.RawMessage, error) {
	var p Package
	if err := json.Unmarshal(input, &p); err != nil {
		return nil, agents.Permanent("bad_input", err.Error())
	}
	report, err := Review(ctx, p, o)
	switch {
	case err == nil:
		return report.JSON()
	case ctx.Err() != nil:
		return nil, err
	}
	return nil, agents.Permanent("unreadable", err.Error())
}
