// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"strconv"
)

// What each field may hold, for people.
const (
	wantStrategy     = "one_for_one, one_for_all, rest_for_one or simple_one_for_one"
	wantAutoShutdown = "never, any_significant or all_significant"
	wantRestart      = "permanent, transient or temporary"
	wantKind         = "worker or supervisor"
	wantTemplate     = "exactly one child, the template"
)

// Validate returns every mistake of s as [Faults], or nil.
func (s Spec) Validate() error { return s.faults().orNil() }

// Check returns every mistake of one child spec as [Faults], or nil. The paths start at the child.
func Check(c Child, a AutoShutdown) error {
	var f Faults
	f.child("", c, &a)
	return f.orNil()
}

func (s Spec) faults() Faults {
	var f Faults
	if s.Strategy > SimpleOneForOne {
		f.add(RuleStrategy, "strategy", strconv.Itoa(int(s.Strategy)), wantStrategy)
	}
	if s.Intensity.Max < NoRestarts {
		f.add(RuleIntensity, "intensity.max", strconv.Itoa(s.Intensity.Max), "0 or more, or NoRestarts")
	}
	if s.Intensity.Within < 0 {
		f.add(RulePeriod, "intensity.within", s.Intensity.Within.String(), "more than 0")
	}
	auto := &s.AutoShutdown
	if s.AutoShutdown > AllSignificant {
		f.add(RuleAutoShutdown, "auto_shutdown", strconv.Itoa(int(s.AutoShutdown)), wantAutoShutdown)
		auto = nil
	}
	f.template(s.Strategy == SimpleOneForOne, len(s.Children))
	f.dynamic(s)
	seen := make(map[string]int, len(s.Children))
	for i, c := range s.Children {
		path := childPath(i)
		f.child(path, c, auto)
		f.duplicate(path, c.ID, i, seen)
	}
	return f
}

func (f *Faults) template(simple bool, n int) {
	if simple && n != 1 {
		f.add(RuleTemplate, "children", fmt.Sprintf("%d children", n), wantTemplate)
	}
}

func (f *Faults) duplicate(path, id string, i int, seen map[string]int) {
	first, dup := seen[id]
	if !dup {
		seen[id] = i
	} else if id != "" {
		f.add(RuleDuplicate, path+"id", id, "an id not used by "+childPath(first)+"id")
	}
}

// child adds the faults of c. auto is nil when the supervisor's setting is not known, which suspends the rule about it.
func (f *Faults) child(path string, c Child, auto *AutoShutdown) {
	if c.ID == "" {
		f.add(RuleID, path+"id", "", "an id")
	}
	if c.Start == nil {
		f.add(RuleStart, path+"start", "", "a start function")
	}
	if c.Restart > Temporary {
		f.add(RuleRestart, path+"restart", strconv.Itoa(int(c.Restart)), wantRestart)
	}
	if c.Significant {
		f.significant(path, c.Restart == Permanent, auto)
	}
	if c.Kind > Supervisor {
		f.add(RuleKind, path+"type", strconv.Itoa(int(c.Kind)), wantKind)
	}
	if c.Shutdown < 0 && c.Shutdown != Brutal {
		f.add(RuleShutdown, path+"shutdown", c.Shutdown.String(), "a time of 0 or more, infinity or brutal_kill")
	}
	if c.Backoff != nil {
		f.backoff(path, *c.Backoff, c.Restart)
	}
	if c.Limit != nil {
		f.limit(path, *c.Limit, c.Restart)
	}
	if c.Schedule != nil {
		f.schedule(path, *c.Schedule, c.Restart)
	}
}

func (f *Faults) significant(path string, permanent bool, auto *AutoShutdown) {
	if auto != nil && *auto == Never {
		f.add(RuleSignificantNever, path+"significant", "true", "false, as auto_shutdown is never")
	}
	if permanent {
		f.add(RuleSignificantPermanent, path+"significant", "true", "false, as the child is permanent")
	}
}

func childPath(i int) string { return fmt.Sprintf("children[%d].", i) }
