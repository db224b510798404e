// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
)

// Query chooses commits of a variable. The zero Query chooses the last hundred.
type Query struct {
	// From and To are versions, both included; zero means no bound. A From older than what is in memory is looked for in the journal.
	From, To Version
	// Since and Until are times, both included; zero means no bound.
	Since, Until time.Time
	// Causes and Proposer choose by who and why; empty means all.
	Causes   []Cause
	Proposer string
	// All asks for everything that the journal has.
	All bool
	// Limit is the most commits that are returned, the newest; 0 means all.
	Limit int
}

func (q *Query) fits(c *Commit) bool {
	return (q.From.IsZero() || !c.Version.Before(q.From)) && (q.To.IsZero() || !q.To.Before(c.Version)) &&
		(q.Since.IsZero() || !c.At.Before(q.Since)) && (q.Until.IsZero() || !c.At.After(q.Until)) &&
		(len(q.Causes) == 0 || slices.Contains(q.Causes, c.Cause)) && (q.Proposer == "" || q.Proposer == c.Proposer)
}

// History returns the commits of a variable to all, oldest first. Those that are not in memory come from the journal.
func (s *Space) History(ctx context.Context, name string, q Query) ([]Commit, error) {
	var ring []*Commit
	_, err := s.order(ctx, func(b *book, _ time.Time) (answer, error) {
		v, err := b.find(name)
		if err == nil {
			ring = v.ring.all()
		}
		return answer{}, err
	})
	if err != nil {
		return nil, err
	}
	var all []Commit
	whole := len(ring) == 0 || ring[0].Previous.IsZero()
	older := q.All || !q.From.IsZero() && q.From.Before(ring[0].Version) || !q.Since.IsZero() && q.Since.Before(ring[0].At)
	if !whole && older && s.o.Journal != nil {
		if all, err = s.past(ctx, name, ring[0].Version, &q); err != nil {
			return nil, err
		}
	}
	for _, c := range ring {
		if q.fits(c) {
			all = append(all, *c)
		}
	}
	if q.Limit > 0 && len(all) > q.Limit {
		all = all[len(all)-q.Limit:]
	}
	return all, nil
}

// past reads the commits of a variable before a version from the journal.
func (s *Space) past(ctx context.Context, name string, before Version, q *Query) (all []Commit, err error) {
	err = s.o.Journal.Read(ctx, s.o.Stream, 0, func(_ uint64, ev Event) error {
		var batch struct{ I []stored }
		if err := json.Unmarshal(ev.Data, &batch); err != nil {
			return err
		}
		for _, x := range batch.I {
			if x.Gone != nil && *x.Gone == name {
				all = nil // what had the name before is another variable
			}
			if c := x.C; c != nil && c.Variable == name && c.Scope == "" && c.Version.Before(before) && q.fits(c) {
				all = append(all, *c)
			}
		}
		return nil
	})
	return all, err
}

// At returns the commit of one version of a variable.
func (s *Space) At(ctx context.Context, name string, v Version) (Commit, error) {
	list, err := s.History(ctx, name, Query{From: v, To: v})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("cognitive: variable %q, version %s: %w", name, v, ErrNotFound)
	}
	if err != nil {
		return Commit{}, err
	}
	return list[0], nil
}

// Difference is what lies between two versions of a variable.
type Difference struct {
	// From and To are the commits of both versions.
	From, To Commit
	// Distance is how far the values are apart, as a share of the range.
	Distance float64
	// Commits are those behind From, up to To.
	Commits []Commit
}

// Diff compares two versions of a variable.
func (s *Space) Diff(ctx context.Context, name string, from, to Version) (Difference, error) {
	list, err := s.History(ctx, name, Query{From: from, To: to})
	if err != nil {
		return Difference{}, err
	}
	if len(list) == 0 || list[0].Version != from || list[len(list)-1].Version != to {
		return Difference{}, fmt.Errorf("cognitive: variable %q: versions %s to %s: %w", name, from, to, ErrNotFound)
	}
	d := Difference{From: list[0], To: list[len(list)-1], Commits: list[1:]}
	if i, err := s.Info(name); err == nil {
		d.Distance = i.Kind.Distance(d.From.Value, d.To.Value)
	}
	return d, nil
}

// Blame returns who set the present value, and why: the commit in which the variable first had it, without those that only repeat it.
func (s *Space) Blame(ctx context.Context, name string) (Commit, error) {
	list, err := s.History(ctx, name, Query{})
	if err != nil {
		return Commit{}, err
	}
	if len(list) == 0 {
		return Commit{}, fmt.Errorf("cognitive: variable %q: %w", name, ErrNotFound)
	}
	at := len(list) - 1
	for at > 0 && list[at-1].Value.Equal(list[at].Value) {
		at--
	}
	return list[at], nil
}

// Rollback gives a variable the value of an earlier version, as a new commit. The value is validated against today's description.
func (s *Space) Rollback(ctx context.Context, name string, to Version, options ...ProposeOption) (Result, error) {
	c, err := s.At(ctx, name, to)
	if err != nil {
		return Result{}, err
	}
	options = append([]ProposeOption{Because("rollback to " + to.String())}, options...)
	options = append(options, func(p *proposal) { p.Cause = ByRollback })
	return s.Propose(ctx, name, c.Value, options...)
}

// Open is a decision that is open.
type Open struct {
	// ID is that of the session, Variable what it is about.
	ID, Variable string
	// Value is what was proposed, by Proposer.
	Value    kind.Value
	Proposer string
	// Until is when it must be decided.
	Until time.Time
}

// Decisions returns the decisions that are open, oldest first.
func (s *Space) Decisions(ctx context.Context) ([]Open, error) {
	var list []Open
	_, err := s.order(ctx, func(b *book, _ time.Time) (answer, error) {
		for _, q := range b.open {
			list = append(list, Open{q.ID, q.Variable, q.Proposal.Changes[0].Value, q.Proposal.Proposer, q.Until})
		}
		return answer{}, nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
