// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/cognitive/kind"
)

// Rival is a space of the same variables that was changed on its own: while it was cut off, or before it was migrated.
type Rival struct {
	// Place names it, and is not that of the space that reconciles.
	Place string
	// Has is what it has, by variable.
	Has []Held
}

// Held is a value of a Rival.
type Held struct {
	Variable string
	Value    kind.Value
	At       time.Time
	// Score is how good it has proven; NaN means that nobody knows.
	Score float64
}

// Rival describes the space as others reconcile with it. score tells how good the value of a variable has proven; nil means that nobody knows.
func (s *Space) Rival(place string, score func(variable string) float64) Rival {
	r := Rival{Place: place}
	for _, i := range s.List() {
		if i.Composite != nil {
			continue
		}
		h := Held{i.Name, i.Seen.Value, i.Last.At, math.NaN()}
		if score != nil {
			h.Score = score(i.Name)
		}
		r.Has = append(r.Has, h)
	}
	return r
}

// Reconciliation says how Reconcile settles what differs.
type Reconciliation struct {
	// Rule settles it. With kind.Agreed those who decide about the variable are asked for each of the values, that which most places have first, until they
	// agree to one; if to none, what the space has stays.
	Rule kind.Resolution
	// Place is the name of the space itself among the sides; empty means its name.
	Place string
	// Score tells how good the space's own values have proven; nil means that nobody knows.
	Score func(variable string) float64
	// Custom is the function of kind.Through. It gets the sides with the space's own first, and must give the same for the same.
	Custom func(variable string, sides []kind.Side) (int, error)
}

// Settled is one variable that was not the same everywhere.
type Settled struct {
	Variable string
	// From and To are the space's value before and after, the same where its own has won. Place is whose value it is.
	From, To kind.Value
	Place    string
}

// Reconcile settles what differs between the space and its rivals, and makes it so in the space: in one version, all or nothing, by the way of every change,
// so that no value comes in that the space would not take. Where those who decide are asked, each variable is a change of its own. Composites follow their
// inputs, and what only rivals have is left to them. Every rival that reconciles by the same rule with the same others comes to the same values, but
// for what a function or those who decide say otherwise.
func (s *Space) Reconcile(ctx context.Context, how Reconciliation, rivals ...Rival) ([]Settled, error) {
	if how.Place == "" {
		how.Place = s.o.Name
	}
	var all []Settled
	p := &proposal{Cause: BySync, Proposer: how.Place, Reason: "reconciled by " + how.Rule.String()}
	for _, own := range s.Rival(how.Place, how.Score).Has {
		sides := sidesOf(how.Place, own, rivals)
		if len(kind.Candidates(sides)) < 2 {
			continue
		}
		if how.Rule == kind.Agreed {
			won, err := s.agree(ctx, own, sides)
			if err != nil {
				return all, err
			}
			all = append(all, won)
			continue
		}
		at, err := kind.Resolve(how.Rule, sides, func(sides []kind.Side) (int, error) {
			if how.Custom == nil {
				return 0, &kind.ResolveError{Rule: how.Rule, Why: "there is no function"}
			}
			return how.Custom(own.Variable, sides)
		})
		if err != nil {
			return nil, fmt.Errorf("cognitive: reconcile %q: %w", own.Variable, err)
		}
		all = append(all, Settled{own.Variable, own.Value, sides[at].Value, sides[at].Place})
		if !sides[at].Value.Equal(own.Value) {
			base := s.root.Load().find(own.Variable).version
			p.Changes = append(p.Changes, change{Variable: own.Variable, Value: sides[at].Value, Base: &base})
		}
	}
	if len(p.Changes) == 0 {
		return all, nil
	}
	if _, err := s.propose(ctx, s.cell(p.Changes[0].Variable), p, nil); err != nil {
		return nil, fmt.Errorf("cognitive: reconcile: %w", err)
	}
	return all, nil
}

// sidesOf are what all have of a variable, the space's own first.
func sidesOf(place string, own Held, rivals []Rival) []kind.Side {
	sides := []kind.Side{{Place: place, Value: own.Value, At: own.At, Score: own.Score}}
	for _, r := range rivals {
		for _, h := range r.Has {
			if h.Variable == own.Variable {
				sides = append(sides, kind.Side{Place: r.Place, Value: h.Value, At: h.At, Score: h.Score})
			}
		}
	}
	return sides
}

// agree asks those who decide for one value after the other.
func (s *Space) agree(ctx context.Context, own Held, sides []kind.Side) (Settled, error) {
	if s.o.Decider == nil {
		return Settled{}, fmt.Errorf("cognitive: reconcile %q: nobody decides: %w", own.Variable, &RejectedError{Reason: "the space has no decider"})
	}
	for _, c := range kind.Candidates(sides) {
		if c.Value.Equal(own.Value) {
			break // what is there needs nobody's agreement
		}
		p := &proposal{
			Changes: []change{{Variable: own.Variable, Value: c.Value}}, Cause: ByUser, Proposer: c.Place, Reason: "reconciled by consensus", Vote: true,
		}
		_, err := s.proposeOne(ctx, s.cell(own.Variable), p, nil)
		switch {
		case err == nil:
			return Settled{own.Variable, own.Value, c.Value, c.Place}, nil
		case !errors.Is(err, ErrRejected) && !errors.Is(err, ErrNoQuorum):
			return Settled{}, fmt.Errorf("cognitive: reconcile %q: %w", own.Variable, err)
		}
	}
	return Settled{own.Variable, own.Value, own.Value, sides[0].Place}, nil
}
