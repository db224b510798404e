// SPDX-License-Identifier: Apache-2.0

package config

import "time"

// Alerts says what is worth telling people, and whom.
type Alerts struct {
	Enabled  bool           `yaml:"enabled" default:"true" doc:"Whether rules are evaluated at all."`
	Defaults bool           `yaml:"defaults" default:"true" doc:"Adds the rules that come with the node; a rule of the same name takes the place of one."`
	Tick     time.Duration  `yaml:"tick" default:"1s" min:"100ms" max:"1m" doc:"Time between two evaluations; a value older than three of them is missing data."`
	Rules    []AlertRule    `yaml:"rules" key:"name" doc:"Rules, in the order in which they are evaluated and told."`
	Routes   []AlertRoute   `yaml:"routes" key:"name" doc:"Who is told. Without any there is one named log, which writes to the log."`
	Silences []AlertSilence `yaml:"silences" doc:"Alerts that nobody is told of for a while, from the start of the node on."`
}

// AlertRule says when one thing is wrong.
type AlertRule struct {
	Name        string        `yaml:"name" required:"true" check:"name" doc:"Name of the rule, unique in the node."`
	Severity    Severity      `yaml:"severity" default:"medium" doc:"How bad it is while it lasts."`
	Expression  string        `yaml:"expression" required:"true" doc:"What is looked at: a series, for its last value, or FIGURE(SERIES, WINDOW), such as p99(work.seconds, 1m) or rate(event.work.task_dead, 5m). Figures: last, rate, increase, count, sum, mean, min, max, p50, p90, p95, p99. Windows: 10s, 1m, 5m. Each key of the series is an alert of its own."`
	Scope       string        `yaml:"scope" doc:"Which keys of the series are looked at, such as a queue or an agent; * stands for anything. Of a series agent.METRIC it may be a query about agents, such as capability = review and team = night. Without it all are."`
	Compare     Comparison    `yaml:"compare" default:">" doc:"On which side of the threshold a value is a breach."`
	Threshold   float64       `yaml:"threshold" required:"true" doc:"Bound of the value, in the unit of the series."`
	For         time.Duration `yaml:"for" default:"0s" doc:"How long a breach lasts before the alert fires."`
	Clear       *float64      `yaml:"clear" doc:"Bound that the value must leave behind before a firing alert is resolved; the threshold if it is left out."`
	ClearFor    time.Duration `yaml:"clear_for" default:"0s" doc:"How long that must last."`
	NoData      NoData        `yaml:"no_data" default:"keep" doc:"What missing data means: nothing changes, all is well, or a breach."`
	Routes      []string      `yaml:"routes" doc:"Routes that are told; the first one of the node if there are none here."`
	Runbook     string        `yaml:"runbook" doc:"What to do about it: a sentence or a link."`
	InhibitedBy []string      `yaml:"inhibited_by" doc:"Rules that make telling this one pointless while they fire for the same key, or for a series without keys."`
}

// AlertRoute is one receiver.
type AlertRoute struct {
	Name          string          `yaml:"name" required:"true" check:"name" doc:"Name of the route, unique in the node."`
	To            RouteTo         `yaml:"to" required:"true" doc:"Where it leads: the log, an HTTP POST of JSON, or the journal's stream alerts."`
	URL           Text            `yaml:"url" doc:"Address of a webhook. Best a reference such as ${env:HOOK} if it holds a secret."`
	Headers       map[string]Text `yaml:"headers" check:"header" doc:"Headers of a webhook's requests, such as Authorization."`
	Timeout       time.Duration   `yaml:"timeout" default:"10s" min:"10ms" max:"5m" doc:"How long one delivery may take."`
	Repeat        time.Duration   `yaml:"repeat" default:"4h" doc:"After which time the route is told again of what still fires; 0s is never."`
	MaxPerMinute  int             `yaml:"max_per_minute" default:"10" min:"0" max:"10000" doc:"Most deliveries in a minute; 0 is no bound. What is beyond is told later, if it is still true."`
	Retry         time.Duration   `yaml:"retry" default:"30s" min:"10ms" doc:"After which time a failed delivery is tried again."`
	EscalateAfter time.Duration   `yaml:"escalate_after" default:"0s" doc:"After which time without acknowledgement another route is told as well; 0s is never."`
	EscalateTo    string          `yaml:"escalate_to" doc:"The other route."`
}

// AlertSilence mutes alerts until it ends.
type AlertSilence struct {
	Rule   string    `yaml:"rule" doc:"Name of the rules that are muted; * stands for anything. Without it all are."`
	Key    string    `yaml:"key" doc:"Key of the alerts that are muted; * stands for anything. Without it all are."`
	Author string    `yaml:"author" required:"true" doc:"Who wants it."`
	Reason string    `yaml:"reason" required:"true" doc:"Why, for whoever meets it."`
	Until  time.Time `yaml:"until" required:"true" doc:"When it ends, such as 2030-01-31T18:00:00Z; at most 7 days after the start of the node. One that is over does nothing."`
}

// Severity says how bad something is.
type Severity string

// The severities, least severe first.
const (
	LowSeverity      Severity = "low"      // look at it some time
	MediumSeverity   Severity = "medium"   // look at it today
	HighSeverity     Severity = "high"     // look at it now
	CriticalSeverity Severity = "critical" // wake somebody
)

// Values lists the words a file may use.
func (Severity) Values() []string { return []string{"low", "medium", "high", "critical"} }

// Comparison says on which side of its threshold a value is a breach.
type Comparison string

// The comparisons.
const (
	Above   Comparison = ">"  // larger values
	AtLeast Comparison = ">=" // the threshold and larger values
	Below   Comparison = "<"  // smaller values
	AtMost  Comparison = "<=" // the threshold and smaller values
)

// Values lists the words a file may use.
func (Comparison) Values() []string { return []string{">", ">=", "<", "<="} }

// NoData says what missing data means to a rule.
type NoData string

// What missing data may mean.
const (
	KeepState   NoData = "keep"  // nothing fires and nothing is resolved
	AllWell     NoData = "ok"    // as a value beyond the clear threshold
	AlertOnNone NoData = "alert" // as a breach
)

// Values lists the words a file may use.
func (NoData) Values() []string { return []string{"keep", "ok", "alert"} }

// RouteTo says where a route leads.
type RouteTo string

// Where routes lead.
const (
	ToLog     RouteTo = "log"     // the node's log
	ToWebhook RouteTo = "webhook" // an HTTP POST of JSON
	ToEvents  RouteTo = "events"  // the journal
)

// Values lists the words a file may use.
func (RouteTo) Values() []string { return []string{"log", "webhook", "events"} }
