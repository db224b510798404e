// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Usage is a fact: somebody used something.
type Usage struct {
	// ID names the fact; recorded again it counts once.
	ID string `json:"id"`
	// At is when it was used; zero means the time of the command.
	At time.Time `json:"at,omitzero"`
	// Tenant, Team and Agent are who: together the path of the budget. An agent without team has an empty one.
	Tenant string `json:"tenant"`
	Team   string `json:"team,omitempty"`
	Agent  string `json:"agent"`
	// Task is what for, and may be empty.
	Task string `json:"task,omitempty"`
	// Kind and Model are what was used; Quantity how much, more than 0.
	Kind     string `json:"kind"`
	Model    string `json:"model,omitempty"`
	Quantity int64  `json:"quantity"`
	// Reservation, if it is set, is what the cost is drawn from first.
	Reservation string `json:"reservation,omitempty"`
}

// Path is the path of the usage's budget: tenant, team and agent.
func (u *Usage) Path() string {
	if u.Team == "" {
		return u.Tenant + "/" + u.Agent
	}
	return u.Tenant + "/" + u.Team + "/" + u.Agent
}

// Dimension is what a rollup goes by.
type Dimension uint8

// The dimensions.
const (
	ByTenant Dimension = iota
	ByTeam             // "tenant/team"
	ByAgent            // "tenant/agent"
	ByTask             // "tenant/task"
	ByKind
	ByModel
	dimensions
)

// member is one value of one dimension. Names below a tenant are told apart by it.
type member struct {
	by           Dimension
	tenant, name string
}

func (m member) String() string {
	switch m.by {
	case ByTenant, ByKind, ByModel:
		return m.name
	}
	return m.tenant + "/" + m.name
}

// members are the rollups that a usage is in: one of each dimension.
func (u *Usage) members() [dimensions]member {
	return [...]member{
		{ByTenant, "", u.Tenant}, {ByTeam, u.Tenant, u.Team}, {ByAgent, u.Tenant, u.Agent}, {ByTask, u.Tenant, u.Task}, {ByKind, "", u.Kind}, {ByModel, "", u.Model},
	}
}

// Rollup is what usages of one member of a dimension come to.
type Rollup struct {
	// Name is the member: an agent as "tenant/agent", a kind as it is. What has no team, task or model has an empty one.
	Name string
	// Usages is how many were recorded; Cost what they cost, adjustments included.
	Usages uint64
	Cost   money.Amount
}

// Rollups returns a dimension, ordered by name. The costs of each dimension sum to Total.
func (b *Book) Rollups(by Dimension) []Rollup {
	var all []Rollup
	for m, r := range b.rollups {
		if m.by == by && r.Usages > 0 {
			all = append(all, Rollup{m.String(), r.Usages, r.Cost})
		}
	}
	slices.SortFunc(all, func(x, y Rollup) int { return cmp.Compare(x.Name, y.Name) })
	return all
}

// Total returns what all usages cost.
func (b *Book) Total() money.Amount { return b.total }

// leaf is everything that is recorded of usages alike but for time and quantity: where they count.
type leaf struct {
	tenant, team, agent, task, kind, model string
}

// place is what a leaf's usages are added to.
type place struct {
	leaf
	path    string // of the budget
	rollups [dimensions]*Rollup
}

// kept is a usage as it is remembered.
type kept struct {
	at          int64 // microseconds since 1970
	quantity    int64
	reservation string
	place       *place
}

func (k *kept) usage(id string) Usage {
	l := &k.place.leaf
	return Usage{
		ID: id, At: time.UnixMicro(k.at).UTC(), Tenant: l.tenant, Team: l.team, Agent: l.agent, Task: l.task, Kind: l.kind, Model: l.model,
		Quantity: k.quantity, Reservation: k.reservation,
	}
}

// place finds where a usage counts. What it makes is empty until something counts.
func (b *Book) place(u *Usage) *place {
	l := leaf{u.Tenant, u.Team, u.Agent, u.Task, u.Kind, u.Model}
	p := b.places[l]
	if p != nil {
		return p
	}
	p = &place{leaf: l, path: u.Path()}
	for i, m := range u.members() {
		r := b.rollups[m]
		if r == nil {
			r = &Rollup{}
			b.rollups[m] = r
		}
		p.rollups[i] = r
	}
	b.places[l] = p
	return p
}

// record charges a usage. Everything that can fail comes before anything is changed.
func (b *Book) record(u *Usage) (Result, error) {
	if was, ok := b.usages[u.ID]; ok {
		if was.usage(u.ID) != *u {
			return Result{}, fmt.Errorf("cost: record usage %q: %w", u.ID, ErrConflict)
		}
		return Result{Already: true}, nil
	}
	if u.At.Before(b.floor) {
		return Result{}, fmt.Errorf("cost: record usage %q of %s: %w", u.ID, u.At.UTC().Format(time.RFC3339), ErrTooOld)
	}
	charge, err := b.prices.charge(u)
	if err != nil {
		return Result{}, err
	}
	total, err := b.total.Add(charge) // no rollup is more
	if err != nil {
		return Result{}, fmt.Errorf("cost: record usage %q: %w", u.ID, err)
	}
	if _, err := b.ever.Add(charge); err != nil {
		return Result{}, fmt.Errorf("cost: record usage %q: %w", u.ID, err)
	}
	p := b.place(u)
	overrun, err := b.spend(p.path, u.Reservation, charge)
	if err != nil {
		return Result{}, err
	}
	b.total = total
	b.usages[u.ID] = kept{u.At.UnixMicro(), u.Quantity, u.Reservation, p}
	for _, r := range p.rollups {
		r.Usages++
		r.Cost += charge
	}
	return Result{Cost: charge, Overrun: overrun}, nil
}

// Adjustment is what a late price changes for one usage.
type Adjustment struct {
	Usage string
	// Cost is added to what was charged; it may be negative.
	Cost money.Amount
}

// reprice adds a price and adjusts what was charged by other prices. Budgets take what was added as spent now, and give back what was taken away.
func (b *Book) reprice(p Price) (Result, error) {
	if p.From.Before(b.floor) && !p.From.IsZero() {
		return Result{}, fmt.Errorf("cost: price of %q from %s: %w", p.Kind, p.From.UTC().Format(time.RFC3339), ErrTooOld)
	}
	next := b.prices.with(p)
	var result Result
	total := b.total
	for _, id := range slices.Sorted(maps.Keys(b.usages)) {
		k := b.usages[id]
		u := k.usage(id)
		if u.Kind != p.Kind || p.Model != "" && u.Model != p.Model {
			continue
		}
		before, err := b.prices.charge(&u)
		if err != nil {
			return Result{}, err // cannot be: it was charged
		}
		after, err := next.charge(&u)
		if err != nil {
			return Result{}, err
		}
		if after == before {
			continue
		}
		if total, err = total.Add(after - before); err != nil {
			return Result{}, fmt.Errorf("cost: reprice %q: %w", p.Kind, err)
		}
		result.Adjustments = append(result.Adjustments, Adjustment{id, after - before})
	}
	ever := b.ever
	for _, a := range result.Adjustments {
		var err error
		if ever, err = ever.Add(max(a.Cost, 0)); err != nil {
			return Result{}, fmt.Errorf("cost: reprice %q: %w", p.Kind, err)
		}
	}
	b.prices, b.total, b.ever = next, total, ever
	for _, a := range result.Adjustments {
		p := b.usages[a.Usage].place
		for _, r := range p.rollups {
			r.Cost += a.Cost
		}
		result.Overrun = append(result.Overrun, b.adjust(p.path, a.Cost)...)
	}
	slices.Sort(result.Overrun)
	result.Overrun = slices.Compact(result.Overrun)
	return result, nil
}

// forget drops usages and ended reservations from before a time.
func (b *Book) forget(before time.Time) {
	if !before.After(b.floor) {
		return
	}
	b.floor = before
	maps.DeleteFunc(b.usages, func(_ string, k kept) bool { return k.at < before.UnixMicro() })
	maps.DeleteFunc(b.reservations, func(_ string, r *reservation) bool { return r.ended && r.endedAt.Before(before) })
}
