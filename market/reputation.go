// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/partition"
)

// Settlements says which transactions are settled: a ledger does, by way of whoever connects it.
type Settlements interface {
	// Settled reports whether the ledger has the transaction.
	Settled(ctx context.Context, transaction string) (bool, error)
}

// ReputationOptions set up the trackers of reputation. Name, Stream, Journal and Settlements must be set.
type ReputationOptions struct {
	// Name is that of the supervisor of the trackers.
	Name string
	// Stream begins the names of their streams, one for each partition.
	Stream  string
	Journal Journal
	// Settlements is asked before anything of a deal is recorded.
	Settlements Settlements
	// Rules are how evidence counts. They are part of the state: with other rules a restart weighs everything anew.
	Rules reputation.Rules
	// Partitions is how many trackers there are, each for its part of the agents; 0 means 4. It is the same for as long as the streams are kept.
	Partitions int
}

// Reputation is the handle of the processes that keep what settled deals say of agents. It outlives their restarts and may be used from any
// goroutine. Scores are read without any process, and are never ahead of what is durable.
type Reputation struct {
	o     ReputationOptions
	rules reputation.Rules
	parts []*desk[reputationCommand, reputationAnswer]
	seen  []*standings
}

// NewReputation makes the handle, or returns everything that is missing. The processes are started by a supervisor from Child; until then
// everything is ErrUnavailable.
func NewReputation(o ReputationOptions) (*Reputation, error) {
	var problems []error
	if o.Settlements == nil {
		problems = append(problems, fmt.Errorf("market: reputation %q: nobody says what is settled", o.Name))
	}
	if o.Partitions < 0 {
		problems = append(problems, fmt.Errorf("market: reputation %q: %d partitions", o.Name, o.Partitions))
	}
	if o.Partitions <= 0 {
		o.Partitions = 4
	}
	problems = append(problems, o.Rules.Validate())
	r := &Reputation{o: o}
	for i := range o.Partitions {
		seen := &standings{}
		d := deskOptions{name: o.Name, stream: o.Stream, family: "market.reputation", journal: o.Journal}
		if err := d.validate(); err != nil {
			problems = append(problems, err)
			break
		}
		d.name, d.stream = fmt.Sprintf("%s/%d", o.Name, i), fmt.Sprintf("%s/%d", o.Stream, i)
		r.seen = append(r.seen, seen)
		r.parts = append(r.parts, newDesk(d, func() keeper[reputationCommand, reputationAnswer] {
			return &reputationKeeper{name: d.name, rules: o.Rules, seen: seen}
		}))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	r.rules = o.Rules.WithDefaults()
	return r, nil
}

// Child describes the supervisor of the trackers, for the tree it is to be part of.
func (r *Reputation) Child() supervision.Child {
	return partition.Child(r.o.Name, partition.Spec{Partitions: len(r.parts), Child: func(id string, i int) supervision.Child {
		return supervision.Worker(id, r.parts[i].Behavior, r.parts[i].ProcessOptions()...)
	}})
}

// of is the partition of an agent.
func (r *Reputation) of(who reputation.Agent) int {
	return int(uint64(partition.Text(string(who))) % uint64(len(r.parts)))
}

// Settle records what a settled deal says of both sides, and returns when it is durable. It is reputation.ErrNoEvidence if the ledger does not
// have the transaction. Ratings weigh as much as the rater is credible now, whatever the deal says of that. Each piece of evidence stands for
// itself: after an error, repeat the same deal, and what was recorded is not recorded again.
func (r *Reputation) Settle(ctx context.Context, d reputation.Deal) error {
	switch ok, err := r.o.Settlements.Settled(ctx, d.Transaction); {
	case err != nil:
		return fmt.Errorf("market: reputation %q: settle %.64q: %w", r.o.Name, d.Transaction, err)
	case !ok:
		return fmt.Errorf("market: reputation %q: settle %.64q: not in the ledger: %w", r.o.Name, d.Transaction, reputation.ErrNoEvidence)
	}
	d.OfProvider.Credibility, d.OfClient.Credibility = r.Credibility(d.Client), r.Credibility(d.Provider)
	outcome := d.Outcome()
	notes := map[reputation.Agent]*note{}
	if d.OfProvider.Given {
		notes[d.Client] = &note{d.OfProvider.Value, outcome}
	}
	return r.record(ctx, d.Evidence(), notes)
}

// Uphold records a violation against all who are guilty of it, in a dimension. The case must be final: otherwise, and for a case that was
// rejected, it is reputation.ErrNoEvidence.
func (r *Reputation) Uphold(ctx context.Context, c integrity.Case, in reputation.Dimension) error {
	if !c.Punishable() {
		return fmt.Errorf("market: reputation %q: uphold %.64q: the case is %v: %w", r.o.Name, c.ID, c.State, reputation.ErrNoEvidence)
	}
	guilty := slices.Clone(c.Finding.Subjects)
	if b := c.Finding.Beneficiary; b != "" && !slices.Contains(guilty, b) {
		guilty = append(guilty, b)
	}
	var all []reputation.Evidence
	for _, who := range guilty {
		all = append(all, reputation.Evidence{Agent: reputation.Agent(who), Source: reputation.Violation, Cause: c.ID, Dimension: in, At: c.Since})
	}
	return r.record(ctx, all, nil)
}

// record sends evidence to whom it belongs, one partition after the other, in order.
func (r *Reputation) record(ctx context.Context, all []reputation.Evidence, notes map[reputation.Agent]*note) error {
	commands := make([]reputationCommand, len(r.parts))
	for _, e := range all {
		p := r.of(e.Agent)
		item := reputationItem{Evidence: e}
		if e.Dimension == reputation.Reliability { // which each side of a deal has exactly once
			item.Note = notes[e.Agent]
		}
		commands[p].record = append(commands[p].record, item)
	}
	var failed []error
	for p, c := range commands {
		if len(c.record) > 0 {
			_, err := r.parts[p].ask(ctx, c)
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Score judges an agent in a domain, "" for all of them, at a moment. It asks no process; ErrUnavailable until the agent's tracker has been up.
func (r *Reputation) Score(who reputation.Agent, domain string, at time.Time) (reputation.Score, error) {
	s, err := r.seen[r.of(who)].read(who, domain)
	if err != nil {
		return reputation.Score{}, err
	}
	return r.rules.Score(s, at), nil
}

// Admit applies the gate, as reputation.Rules.Admit says. It asks no process.
func (r *Reputation) Admit(who reputation.Agent, domain string, at time.Time, exposure, stake money.Amount, dims ...reputation.Dimension) error {
	s, err := r.seen[r.of(who)].read(who, domain)
	if err != nil {
		return err
	}
	return r.rules.Admit(who, s, at, exposure, stake, dims...)
}

// Credibility is how far an agent's ratings are to be believed, 0 to 1: 1/2 for one of whom nothing is known. It asks no process.
func (r *Reputation) Credibility(who reputation.Agent) float64 {
	return r.seen[r.of(who)].credibility(who)
}

// Ranking asks every tracker, and merges what they say.
func (r *Reputation) Ranking(ctx context.Context, q reputation.Question) ([]reputation.Place, error) {
	var parts [][]reputation.Place
	for _, p := range r.parts {
		a, err := p.ask(ctx, reputationCommand{ask: func(b *reputation.Book) reputationAnswer { return reputationAnswer{places: b.Ranking(q)} }})
		if err != nil {
			return nil, err
		}
		parts = append(parts, a.places)
	}
	return q.Merge(parts...), nil
}

// History returns the last changes of an agent, as many as the rules keep.
func (r *Reputation) History(ctx context.Context, who reputation.Agent) ([]reputation.Entry, error) {
	a, err := r.parts[r.of(who)].ask(ctx, reputationCommand{ask: func(b *reputation.Book) reputationAnswer {
		return reputationAnswer{entries: b.History(who)}
	}})
	return a.entries, err
}
