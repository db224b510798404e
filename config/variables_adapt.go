// SPDX-License-Identifier: Apache-2.0

package config

import "time"

// AdaptStrategy says what a variable is adapted for.
type AdaptStrategy string

// The strategies.
const (
	StaticStrategy      AdaptStrategy = "static"
	PerformanceStrategy AdaptStrategy = "performance_feedback"
	QualityStrategy     AdaptStrategy = "quality_improvement"
	CostStrategy        AdaptStrategy = "cost_optimization"
	BalanceStrategy     AdaptStrategy = "load_balancing"
)

// Values lists the words a file may use.
func (AdaptStrategy) Values() []string {
	return []string{"static", "performance_feedback", "quality_improvement", "cost_optimization", "load_balancing"}
}

// The metrics that strategies are about where a file gives no weights.
const (
	QualityMetric   = "quality"
	CostMetric      = "cost"
	ImbalanceMetric = "imbalance"
)

// VariableAdaptation says how a variable follows what is measured.
type VariableAdaptation struct {
	Strategy     AdaptStrategy      `yaml:"strategy" default:"performance_feedback" doc:"What for: performance_feedback has the greatest weighted score; quality_improvement the greatest quality under the ceilings, cost_optimization the lowest cost above the floors, load_balancing the least imbalance under the ceilings; static counts reports and changes nothing."`
	Weights      map[string]float64 `yaml:"weights" doc:"What a unit of each metric is worth, negative for what should be small. Reports that lack one of them are dropped. Without it quality_improvement has {quality: 1}, cost_optimization {cost: -1} and load_balancing {imbalance: -1}."`
	Ceilings     map[string]float64 `yaml:"ceilings" doc:"Metrics whose mean must stay under a bound, whatever the score is."`
	Floors       map[string]float64 `yaml:"floors" doc:"Metrics whose mean must stay over a bound, whatever the score is."`
	Cycle        *time.Duration     `yaml:"cycle" min:"10ms" max:"1h" doc:"How often it thinks; without it about once a second, never in step with others."`
	Immediate    bool               `yaml:"immediate" default:"false" doc:"Thinks after each report, instead of once a cycle."`
	LearningRate float64            `yaml:"learning_rate" default:"0.1" min:"0.0001" max:"1" doc:"First step of a number, as a share of its range. It grows while steps help, and shrinks while they do not."`
	Exploration  float64            `yaml:"exploration" default:"0.05" min:"0.0001" max:"1" doc:"Share of all reports that may go to candidates that are not kept, beside twice trial at the beginning."`
	MinGain      float64            `yaml:"min_gain" default:"0" min:"0" doc:"What a change must gain at least, in units of the score."`
	Budget       float64            `yaml:"budget" default:"0" min:"0" doc:"Most that trials may cost in an hour: what is lost per report times reports; 0 is no limit."`
	With         []string           `yaml:"with" doc:"Variables of the space that are tried and kept together with it, in one version."`
	Loads        []string           `yaml:"loads" doc:"Of load_balancing: metrics that tell the load that belongs to the variable and to each one in with. Weight goes from who is loaded most to who is loaded least; their imbalance is the score."`
	Agents       string             `yaml:"agents" check:"query" doc:"Query of the agents that live by the variable. A share of them tries a candidate beside the others, who are what it is compared with; without it all try it."`
	Share        float64            `yaml:"share" default:"0.1" min:"0.001" max:"0.5" doc:"Share of the agents that tries a candidate; one at least."`
	Warm         int                `yaml:"warm" default:"30" min:"2" max:"1000000" doc:"Reports of the present value that it wants before it tries another."`
	Settle       int                `yaml:"settle" default:"5" min:"0" max:"1000000" doc:"Reports of a new value that it ignores."`
	Trial        int                `yaml:"trial" default:"400" min:"2" max:"1000000" doc:"Reports after which a candidate without a clear gain is given up."`
	Watch        int                `yaml:"watch" default:"300" min:"2" max:"1000000" doc:"Reports for which a change is watched; one that makes things worse is taken back."`
	Patience     time.Duration      `yaml:"patience" default:"10m" min:"1s" max:"24h" doc:"Longest time of a trial or a watch."`
	Problems     []VariableProblem  `yaml:"problems" key:"problem" doc:"States that should not be, and what is tried first against them."`
	From         []VariableSource   `yaml:"from" key:"metric" doc:"What the node measures by itself; agents and others may report besides it."`
	Sample       time.Duration      `yaml:"sample" default:"1s" min:"10ms" max:"1h" doc:"Time between two figures of those in from that are not of each attempt; no shorter than the window of an expression."`
}

// ProblemFigure says what of a cycle's reports is judged.
type ProblemFigure string

// Values lists the words a file may use.
func (ProblemFigure) Values() []string {
	return []string{"mean", "surely", "p50", "p95", "p99", "per_second"}
}

// VariableProblem is a state that should not be: what was reported of a metric in a cycle is beyond a level.
type VariableProblem struct {
	Problem string          `yaml:"problem" required:"true" check:"name" doc:"Name of the problem, such as high-latency."`
	Metric  string          `yaml:"metric" required:"true" doc:"Metric that is looked at."`
	Figure  ProblemFigure   `yaml:"figure" default:"mean" doc:"What of the reports of a cycle is judged: their mean, surely is the mean less its error, p50, p95 and p99 are quantiles, per_second is their sum over the time."`
	Above   *float64        `yaml:"above" doc:"There is a problem above this level; either this or below is wanted."`
	Below   *float64        `yaml:"below" doc:"There is a problem below this level."`
	Clear   *float64        `yaml:"clear" doc:"Level at which it is over; without it nine tenths of above, or below itself."`
	For     int             `yaml:"for" default:"3" min:"1" max:"1000" doc:"Cycles in a row that raise it."`
	First   *VariableAction `yaml:"first" doc:"What is tried first; without it the problem is told, and that is all."`
	Next    *VariableAction `yaml:"next" doc:"What is tried when the first has not helped."`
}

// VariableAction is what helps against a problem. One of its keys is set.
type VariableAction struct {
	Direction int    `yaml:"direction" default:"0" min:"-1" max:"1" doc:"Where a number is moved by a step: 1 is up, -1 down."`
	Option    string `yaml:"option" doc:"Option of a choice that is tried."`
	Escalate  string `yaml:"escalate" doc:"What people or agents are asked for, in the event adaptation.stepped."`
}

// QueueFigure is what is measured at a work queue.
type QueueFigure string

// The figures of queues: of each attempt, or of a time.
const (
	AttemptSeconds QueueFigure = "seconds"
	AttemptSuccess QueueFigure = "success"
	QueueRate      QueueFigure = "rate"
	QueueOpen      QueueFigure = "open"
)

// Values lists the words a file may use.
func (QueueFigure) Values() []string { return []string{"seconds", "success", "rate", "open"} }

// OfAttempts reports whether each attempt has a figure of its own.
func (f QueueFigure) OfAttempts() bool { return f == AttemptSeconds || f == AttemptSuccess }

// AgentFigure is what the registry knows of agents.
type AgentFigure string

// The figures of agents: of each of them, but the imbalance, which is of all.
const (
	AgentSeconds    AgentFigure = "seconds"
	AgentSuccess    AgentFigure = "success"
	AgentThroughput AgentFigure = "throughput"
	AgentCost       AgentFigure = "cost"
	AgentLoad       AgentFigure = "load"
	AgentImbalance  AgentFigure = "imbalance"
)

// Values lists the words a file may use.
func (AgentFigure) Values() []string {
	return []string{"seconds", "success", "throughput", "cost", "load", "imbalance"}
}

// VariableSource is one metric that the node measures for a variable. One of Queue, Agents and Expression is set.
type VariableSource struct {
	Metric     string      `yaml:"metric" required:"true" doc:"Name that weights, bounds and problems have for it."`
	Queue      string      `yaml:"queue" doc:"Work queue that it is measured at."`
	Figure     QueueFigure `yaml:"figure" default:"seconds" doc:"Which figure of the queue: seconds and success are of each attempt, 1 for one that is done and else 0, and make a report of the agent's; rate is how many tasks are done a second, open how many wait or are worked on."`
	Agents     AgentFigure `yaml:"of_agents" doc:"What the registry knows of each agent that lives by the variable, since the figure before: the seconds of an attempt, the share of attempts that succeed, attempts a second, what an attempt costs, or the share of time in which it is busy. imbalance is that of the busiest over the mean."`
	Expression string      `yaml:"expression" doc:"Figure of the node's series, as alert rules have them: p95(work.seconds, 10s)."`
	Scope      string      `yaml:"scope" doc:"Key of the series, or pattern; of several the mean is taken."`
}

// VariableTeam says how the node looks after a team.
type VariableTeam struct {
	Grace  time.Duration `yaml:"grace" default:"5s" min:"0s" max:"1h" doc:"How long a member may be gone, as for its restart. After that the team shrinks, or the best one is searched."`
	Search time.Duration `yaml:"search" default:"0s" min:"0s" max:"24h" doc:"How often the best team is searched anew, by success and cost; 0s is only when the team is none without a member."`
	Warm   time.Duration `yaml:"warm" default:"0s" min:"0s" max:"5m" doc:"How long those who join see the new team before the others do."`
}

// Adaptable reports whether the variable is of a kind that can be adapted.
func (v SharedVariable) Adaptable() bool {
	return v.Kind == FloatVariable || v.Kind == IntegerVariable || v.Kind == ChoiceVariable
}

// Weighed are the weights of the strategy: those of the file, or its own.
func (a VariableAdaptation) Weighed() map[string]float64 {
	if len(a.Weights) > 0 {
		return a.Weights
	}
	switch a.Strategy {
	case QualityStrategy:
		return map[string]float64{QualityMetric: 1}
	case CostStrategy:
		return map[string]float64{CostMetric: -1}
	case BalanceStrategy:
		if len(a.Loads) > 0 {
			return nil // the score is reckoned from them
		}
		return map[string]float64{ImbalanceMetric: -1}
	case StaticStrategy, PerformanceStrategy:
	}
	return nil
}
