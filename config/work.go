// SPDX-License-Identifier: Apache-2.0

package config

// Quota bounds how much is done at once and how fast attempts begin.
type Quota struct {
	Concurrency int     `yaml:"concurrency" default:"0" min:"0" max:"1000000" doc:"Most attempts at once; 0 sets no bound."`
	Rate        float64 `yaml:"rate" default:"0" min:"0" max:"1000000" doc:"Attempts that may begin in a second, in the long run; 0 sets no bound."`
	Burst       int     `yaml:"burst" default:"0" min:"0" max:"1000000" doc:"Attempts that may begin together after a rest; 0 allows as many as in a second, at least one."`
}

// KindQuota is a quota for one kind of tasks.
type KindQuota struct {
	Kind     string `yaml:"kind" required:"true" doc:"Kind that tasks say they are of."`
	Requires string `yaml:"requires" check:"need" doc:"Capability that an agent needs for tasks of this kind, whatever the task asks for besides: a name, or all below one, with bounds on the version, as in nlp/summarise>=1.2,<2."`
	Quota    `yaml:",inline"`
}
