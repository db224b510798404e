// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"time"
)

// Statistics counts what there is in a space, and what has happened, at one version.
type Statistics struct {
	// Space is its name, Version the last version and At when it was committed.
	Space   string
	Version Version
	At      time.Time
	// Variables is how many there are, with Composites; Degraded of them keep a value that is not what it should be, and Down have no process.
	Variables, Composites, Degraded, Down int
	// Constraints hold across them, Overrides are in force for some agents, and Deciding are proposals that others are asked about.
	Constraints, Overrides, Deciding int
	// Causes counts the commits that are in memory, at most a hundred of each variable, by why they were made.
	Causes map[Cause]int
	// Each is by variable, in the order of addition.
	Each []VariableStatistics
}

// VariableStatistics is one variable.
type VariableStatistics struct {
	Variable string
	Version  Version
	// Commits is how many there were in the present epoch; Kept of all are in memory, since Since.
	Commits uint64
	Kept    int
	Since   time.Time
	// Changes is how many of those in memory have changed the value, and Last when the value was last changed.
	Changes int
	Last    time.Time
	// Causes and Proposers count those in memory; commits without a proposer are not among the latter.
	Causes    map[Cause]int
	Proposers map[string]int
	// Overrides are values for some agents alone that are in force.
	Overrides int
}

// Statistics counts; the numbers are of one moment.
func (s *Space) Statistics(ctx context.Context) (Statistics, error) {
	var st Statistics
	_, err := s.order(ctx, func(b *book, _ time.Time) (answer, error) {
		st = b.statistics()
		return answer{}, nil
	})
	if err != nil {
		return Statistics{}, err
	}
	st.Space = s.o.Name
	for _, v := range st.Each {
		if s.cell(v.Variable).down() {
			st.Down++
		}
	}
	return st, nil
}

// statistics counts; nothing of it is the book's own.
func (b *book) statistics() Statistics {
	st := Statistics{Version: b.version, At: b.at, Constraints: len(b.hold()), Deciding: len(b.open), Causes: map[Cause]int{}}
	for _, v := range b.vars {
		if v == nil {
			continue
		}
		st.Variables++
		if v.def.composite != nil {
			st.Composites++
		}
		if v.now.flags&Degraded != 0 {
			st.Degraded++
		}
		one := VariableStatistics{Variable: v.def.name, Version: v.now.version, Commits: v.now.version.Seq, Causes: map[Cause]int{}, Proposers: map[string]int{}}
		for i, c := range v.ring.all() {
			if i == 0 {
				one.Since = c.At
			}
			one.Kept++
			one.Causes[c.Cause]++
			st.Causes[c.Cause]++
			if c.Proposer != "" {
				one.Proposers[c.Proposer]++
			}
		}
		var before *Commit
		for _, c := range v.ring.all() {
			if c.Scope != "" {
				continue
			}
			if before == nil || !before.Value.Equal(c.Value) {
				one.Last = c.At
				if before != nil {
					one.Changes++
				}
			}
			before = c
		}
		for _, c := range v.scopes { // counted only: the order does not matter
			if !c.Gone {
				one.Overrides++
			}
		}
		st.Overrides += one.Overrides
		st.Each = append(st.Each, one)
	}
	return st
}
