// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/market/money"
)

// image is everybody's stake as it is written down.
type image struct {
	Accounts  []keptAccount  `json:"accounts,omitempty"`
	Exposures []keptExposure `json:"exposures,omitempty"`
	Closed    []string       `json:"closed,omitempty"`
	Cases     []Case         `json:"cases,omitempty"`
	Total     money.Amount   `json:"total,omitempty"`
}

type keptAccount struct {
	Owner     string        `json:"owner"`
	Locked    money.Amount  `json:"locked,omitempty"`
	Layers    []keptPortion `json:"layers,omitempty"`
	Unbonding []keptPortion `json:"unbonding,omitempty"`
	Exposed   money.Amount  `json:"exposed,omitempty"`
	Cases     int           `json:"cases,omitempty"`
}

type keptPortion struct {
	Amount money.Amount `json:"amount"`
	Free   int64        `json:"free"`
}

type keptExposure struct {
	Deal   string       `json:"deal"`
	Owner  string       `json:"owner"`
	Amount money.Amount `json:"amount"`
}

func keepPortions(all []portion) (list []keptPortion) {
	for _, p := range all {
		list = append(list, keptPortion{p.amount, p.free})
	}
	return list
}

func portions(all []keptPortion) (list []portion) {
	for _, p := range all {
		list = append(list, portion{p.Amount, p.Free})
	}
	return list
}

// Encode writes the stakes down: Decode makes some of it that answer every command as these do. The same stakes are the same text.
func (s *Stakes) Encode() []byte {
	i := image{Total: s.total, Closed: slices.Sorted(maps.Keys(s.closed))}
	for _, owner := range slices.Sorted(maps.Keys(s.accounts)) {
		a := s.accounts[owner]
		i.Accounts = append(i.Accounts, keptAccount{owner, a.locked, keepPortions(a.layers), keepPortions(a.unbonding), a.exposed, a.cases})
	}
	for _, deal := range slices.Sorted(maps.Keys(s.deals)) {
		e := s.deals[deal]
		i.Exposures = append(i.Exposures, keptExposure{deal, e.owner, e.amount})
	}
	for _, id := range slices.Sorted(maps.Keys(s.cases)) {
		i.Cases = append(i.Cases, *s.cases[id])
	}
	return written(i)
}

// written is an image as text.
func written(image any) []byte {
	data, err := json.Marshal(image)
	if err != nil {
		panic(err) // texts and whole numbers only
	}
	return data
}

// Decode makes the stakes that Encode wrote down, with the rules that they had.
func Decode(spec Spec, data []byte) (*Stakes, error) {
	s, err := New(spec)
	if err != nil {
		return nil, err
	}
	var i image
	if err := json.Unmarshal(data, &i); err != nil {
		return nil, fmt.Errorf("stake: decode: %w", err)
	}
	s.total = i.Total
	for _, a := range i.Accounts {
		s.accounts[a.Owner] = &account{a.Locked, portions(a.Layers), portions(a.Unbonding), a.Exposed, a.Cases}
	}
	for _, e := range i.Exposures {
		s.deals[e.Deal] = exposure{e.Owner, e.Amount}
	}
	for _, deal := range i.Closed {
		s.closed[deal] = true
	}
	for _, c := range i.Cases {
		s.cases[c.ID] = &c
	}
	return s, nil
}

// poolImage is a pool as it is written down.
type poolImage struct {
	Funds     money.Amount            `json:"funds,omitempty"`
	Limits    money.Amount            `json:"limits,omitempty"`
	Providers map[string]money.Amount `json:"providers,omitempty"` // written in order
	Policies  []keptPolicy            `json:"policies,omitempty"`
}

type keptPolicy struct {
	Cover   Cover        `json:"cover"`
	Premium money.Amount `json:"premium"`
	Unpaid  bool         `json:"unpaid,omitempty"`
	Over    bool         `json:"over,omitempty"`
}

// Encode writes the pool down: DecodePool makes one of it that answers every command as this one does. The same pool is the same text.
func (p *Pool) Encode() []byte {
	i := poolImage{Funds: p.funds, Limits: p.limits, Providers: p.provider}
	for _, id := range slices.Sorted(maps.Keys(p.policies)) {
		k := p.policies[id]
		i.Policies = append(i.Policies, keptPolicy{k.Cover, k.premium, k.unpaid, k.over})
	}
	return written(i)
}

// DecodePool makes the pool that Encode wrote down, with the rules that it had.
func DecodePool(spec PoolSpec, data []byte) (*Pool, error) {
	p, err := NewPool(spec)
	if err != nil {
		return nil, err
	}
	var i poolImage
	if err := json.Unmarshal(data, &i); err != nil {
		return nil, fmt.Errorf("stake: decode pool: %w", err)
	}
	p.funds, p.limits = i.Funds, i.Limits
	maps.Copy(p.provider, i.Providers)
	for _, k := range i.Policies {
		p.policies[k.Cover.Policy] = &policy{k.Cover, k.Premium, k.Unpaid, k.Over}
	}
	return p, nil
}

// stressImage is a level and since when it is calm, as they are written down.
type stressImage struct {
	Level Level `json:"level"`
	Calm  int64 `json:"calm,omitempty"`
	Quiet bool  `json:"quiet,omitempty"`
}

// Encode writes down where the market is: DecodeStress goes on there.
func (s *Stress) Encode() []byte { return written(stressImage{s.level, s.calm, s.quiet}) }

// DecodeStress goes on where Encode was.
func DecodeStress(spec StressSpec, data []byte) (*Stress, error) {
	s, err := NewStress(spec)
	if err != nil {
		return nil, err
	}
	var i stressImage
	if err := json.Unmarshal(data, &i); err != nil {
		return nil, fmt.Errorf("stake: decode stress: %w", err)
	}
	if i.Level > Recovering {
		return nil, &InputError{"level", "is none"}
	}
	s.level, s.calm, s.quiet = i.Level, i.Calm, i.Quiet
	return s, nil
}
