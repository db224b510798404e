// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
	"mabeam.dev/market/stake"
)

// CaseChanged is the event: a case of misconduct has come to another state, durably.
type CaseChanged struct {
	Process string // that keeps it
	// Case is as it is now.
	Case integrity.Case
}

// EventName returns "market.case_changed".
func (CaseChanged) EventName() string { return "market.case_changed" }

// LogLevel is Warn.
func (CaseChanged) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the case, what it is about and where it is.
func (e CaseChanged) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("case", e.Case.ID), slog.String("about", string(e.Case.Finding.Kind)), slog.String("state", e.Case.State.String())}
}

// StakesOptions set up a process of stakes. Name, Stream, Journal and Ledger must be set.
type StakesOptions struct {
	// Name is the process's name, Stream where its commands are; the keys of its transactions begin with it.
	Name, Stream string
	Journal      Journal
	Ledger       *Ledger
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many commands, and ends of payments, lie between two, 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
	// Rules are the least stake, and the times. They are part of the state: they must not change while anything is at stake. Zero times are a week
	// for what is asked back, and a day for appeals; negative ones are none.
	Rules stake.Spec
	// Asset is what stakes are in; "" is "credit".
	Asset money.Asset
	// Reputation, if it is set, learns of violations when no appeal can change them any more.
	Reputation *Reputation
	// Tick is how often windows that are over are looked after; 0 means 1 s.
	Tick time.Duration
}

// Stakes is the handle of the process that keeps what is at stake, and the cases about it. It outlives restarts and may be used from any goroutine.
//
// A report is no verdict: nothing is taken before somebody who is no party has decided, or a machine has proven. What is taken waits in an
// account of the case until no appeal can change the verdict. One case leads to one penalty for each of the accused.
type Stakes struct {
	*tillDesk[stakeCommand, stakeAnswer]
}

// NewStakes makes the handle, or returns everything that is missing. A supervisor starts the processes from Child.
func NewStakes(o StakesOptions) (*Stakes, error) {
	const day = 24 * time.Hour
	otherwise := func(field *int64, is time.Duration) {
		switch {
		case *field == 0:
			*field = int64(is)
		case *field < 0:
			*field = 0
		}
	}
	otherwise(&o.Rules.Unbonding, 7*day)
	otherwise(&o.Rules.Appeals, day)
	if o.Asset == "" {
		o.Asset = "credit"
	}
	s := &Stakes{}
	var err error
	s.tillDesk, err = newTill(tillOptions{
		desk:   deskOptions{name: o.Name, stream: o.Stream, family: "market.stakes", journal: o.Journal, ticks: o.Tick, snapshots: o.Snapshots, every: o.SnapshotEvery},
		ledger: o.Ledger,
		errand: func(ctx context.Context, b bill) error {
			is, err := s.Case(ctx, b.Subject[len("case/"):])
			if err != nil {
				return err
			}
			err = o.Reputation.Uphold(ctx, is, reputation.Cooperation)
			if errors.Is(err, reputation.ErrInvalidEvidence) {
				return nil // it will never be evidence
			}
			return err
		},
	}, func() till[stakeCommand, stakeAnswer] {
		return &stakeCore{name: o.Name, rules: o.Rules, asset: o.Asset, rate: o.Reputation != nil}
	})
	if err := errors.Join(err, o.Rules.Validate(), o.Asset.Validate()); err != nil {
		return nil, err
	}
	return s, nil
}

// Lock adds to an owner's stake, under a key of the caller, and returns when the money is there.
func (s *Stakes) Lock(ctx context.Context, key, owner string, amount money.Amount) (stake.Position, error) {
	a, err := s.perform(ctx, stakeCommand{Key: key, Lock: &stakeAmount{owner, amount}})
	return a.position, err
}

// Unbond asks for stake back. It is free after a time in which it can still be taken: see Free.
func (s *Stakes) Unbond(ctx context.Context, key, owner string, amount money.Amount) (stake.Position, error) {
	a, err := s.perform(ctx, stakeCommand{Key: key, Unbond: &stakeAmount{owner, amount}})
	return a.position, err
}

// Free pays back what is free by now.
func (s *Stakes) Free(ctx context.Context, key, owner string) (stake.Position, error) {
	a, err := s.perform(ctx, stakeCommand{Key: key, Free: &stakeAmount{Owner: owner}})
	return a.position, err
}

// Expose lets an owner take a deal in which it could do harm of an amount that nothing else secures: together never more than what it has at
// stake, or it is a *stake.TooLowError.
func (s *Stakes) Expose(ctx context.Context, deal, owner string, amount money.Amount) (stake.Position, error) {
	a, err := s.perform(ctx, stakeCommand{Expose: &stakeExposure{deal, stakeAmount{owner, amount}}})
	return a.position, err
}

// Done ends the exposure of a deal.
func (s *Stakes) Done(ctx context.Context, deal string) error {
	_, err := s.perform(ctx, stakeCommand{Done: deal})
	return err
}

// Accuse opens a case. The same accusation again is the same case.
func (s *Stakes) Accuse(ctx context.Context, a Accusation) (integrity.Case, error) {
	r, err := s.perform(ctx, stakeCommand{Accuse: &a})
	return r.is, err
}

func (s *Stakes) take(ctx context.Context, step caseStep) (integrity.Case, error) {
	r, err := s.perform(ctx, stakeCommand{Step: &step})
	return r.is, err
}

// Review begins the review of a case by somebody who is no party.
func (s *Stakes) Review(ctx context.Context, id, reviewer string) (integrity.Case, error) {
	return s.take(ctx, caseStep{Case: id, Do: "review", By: reviewer})
}

// Decide gives the verdict of the reviewer, or of the judge of an appeal, who is somebody else.
func (s *Stakes) Decide(ctx context.Context, id, by string, guilty bool, reason string) (integrity.Case, error) {
	return s.take(ctx, caseStep{Case: id, Do: "decide", By: by, Guilty: guilty, Reason: reason})
}

// Appeal asks for another look, for whom the verdict goes against, before the window is over. After it verdicts are final by themselves.
func (s *Stakes) Appeal(ctx context.Context, id, by, reason string) (integrity.Case, error) {
	return s.take(ctx, caseStep{Case: id, Do: "appeal", By: by, Reason: reason})
}

// question asks something of the state in its turn: everything in the answer is durable.
func (s *Stakes) question(ctx context.Context, ask func(c *stakeCore, now time.Time) (stakeAnswer, error)) (stakeAnswer, error) {
	a, err := s.ask(ctx, tillCommand[stakeCommand, stakeAnswer]{ask: func(state till[stakeCommand, stakeAnswer], now time.Time) (stakeAnswer, error) {
		return ask(state.(*stakeCore), now)
	}})
	return a.answer, err
}

// Of returns somebody's position; nothing for somebody who is not known.
func (s *Stakes) Of(ctx context.Context, owner string) (stake.Position, error) {
	a, err := s.question(ctx, func(c *stakeCore, _ time.Time) (stakeAnswer, error) { return stakeAnswer{position: c.s.Of(owner)}, nil })
	return a.position, err
}

// Case returns a case; stake.ErrUnknown if there is none.
func (s *Stakes) Case(ctx context.Context, id string) (integrity.Case, error) {
	a, err := s.question(ctx, func(c *stakeCore, _ time.Time) (stakeAnswer, error) {
		is, ok := c.cases[id]
		if !ok {
			return stakeAnswer{}, fmt.Errorf("stake: case %q: %w", id, stake.ErrUnknown)
		}
		return stakeAnswer{is: is}, nil
	})
	return a.is, err
}

// Cases returns all of them, by id.
func (s *Stakes) Cases(ctx context.Context) ([]integrity.Case, error) {
	a, err := s.question(ctx, func(c *stakeCore, _ time.Time) (stakeAnswer, error) { return stakeAnswer{cases: c.list()}, nil })
	return a.cases, err
}

// anchor is what somebody has locked for long enough.
type anchor struct {
	owner  string
	amount money.Amount
}

// anchors lists what has been locked for an age.
func (s *Stakes) anchors(ctx context.Context, age time.Duration) ([]anchor, error) {
	a, err := s.question(ctx, func(c *stakeCore, now time.Time) (stakeAnswer, error) {
		var all []anchor
		for _, who := range c.s.Owners() {
			if v := c.s.Aged(who, now.Add(-age).UnixNano()); v > 0 {
				all = append(all, anchor{who, v})
			}
		}
		return stakeAnswer{anchors: all}, nil
	})
	return a.anchors, err
}
