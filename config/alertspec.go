// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"mabeam.dev/telemetry/alert"
)

// LogRoute is the route that a file without routes has.
const LogRoute = "log"

// ScopeIsQuery reports whether a scope is a query about agents, and not a pattern for keys.
func ScopeIsQuery(scope string) bool { return strings.ContainsAny(scope, "=<>") }

// Spec returns the rules and routes as the alert machine takes them: those of the pack whose names no rule of the file has, unless defaults is
// false, and then those of the file. The Alerts must be valid.
func (a Alerts) Spec(pack []alert.Rule) alert.Spec {
	s, _ := a.spec(pack)
	return s
}

// spec also tells which expressions could not be read, by the number of their rule.
func (a Alerts) spec(pack []alert.Rule) (s alert.Spec, bad map[int]error) {
	s.Tick, bad = a.Tick, map[int]error{}
	for _, r := range a.Routes {
		s.Routes = append(s.Routes, r.spec())
	}
	if len(s.Routes) == 0 {
		s.Routes = []alert.Route{{Name: LogRoute}}
	}
	if a.Defaults {
		for _, r := range pack {
			if !slices.ContainsFunc(a.Rules, func(own AlertRule) bool { return own.Name == r.Name }) {
				s.Rules = append(s.Rules, r)
			}
		}
	}
	for i, r := range a.Rules {
		rule, err := r.spec()
		if err != nil {
			bad[i] = err
		}
		s.Rules = append(s.Rules, rule)
	}
	return s, bad
}

func (r AlertRule) spec() (alert.Rule, error) {
	m, err := alert.ParseExpression(r.Expression)
	out := alert.Rule{
		Name: r.Name, Series: m.Series, Stat: m.Stat, Window: m.Window, Scope: r.Scope, Threshold: r.Threshold, For: r.For, Clear: r.Clear,
		ClearFor: r.ClearFor, Routes: r.Routes, Runbook: r.Runbook, InhibitedBy: r.InhibitedBy,
	}
	// A word that was refused leaves the default.
	_ = out.Severity.UnmarshalText([]byte(r.Severity))
	_ = out.Compare.UnmarshalText([]byte(r.Compare))
	_ = out.NoData.UnmarshalText([]byte(r.NoData))
	return out, err
}

// spec converts what a file writes, where 0 is no default.
func (r AlertRoute) spec() alert.Route {
	out := alert.Route{
		Name: r.Name, Repeat: r.Repeat, MaxPerMinute: r.MaxPerMinute, Retry: r.Retry, EscalateAfter: r.EscalateAfter, EscalateTo: r.EscalateTo,
	}
	if out.Repeat == 0 {
		out.Repeat = alert.Never
	}
	if out.MaxPerMinute == 0 {
		out.MaxPerMinute = -1
	}
	return out
}
