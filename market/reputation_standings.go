// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"sync"

	"mabeam.dev/market/reputation"
)

// standings are what readers see of a tracker: nothing that is not durable. The process replaces them between its turns; readers hold the lock for
// a look-up and nothing else.
type standings struct {
	mu struct {
		sync.RWMutex
		ready  bool
		all    map[standingKey]reputation.Standing
		raters map[reputation.Agent]float64
	}
}

type standingKey struct {
	agent  reputation.Agent
	domain string
}

// replace publishes a whole book.
func (s *standings) replace(b *reputation.Book, raters *reputation.Raters) {
	all, credible := map[standingKey]reputation.Standing{}, map[reputation.Agent]float64{}
	for _, who := range b.Agents() {
		publishStanding(b, raters, who, all, credible)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.ready, s.mu.all, s.mu.raters = true, all, credible
}

// change publishes the agents of a batch.
func (s *standings) change(b *reputation.Book, raters *reputation.Raters, changed []ReputationChanged) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last reputation.Agent
	for _, c := range changed {
		if c.Agent != last { // the evidence of one deal comes together
			publishStanding(b, raters, c.Agent, s.mu.all, s.mu.raters)
		}
		last = c.Agent
	}
}

func publishStanding(b *reputation.Book, raters *reputation.Raters, who reputation.Agent, all map[standingKey]reputation.Standing, credible map[reputation.Agent]float64) {
	all[standingKey{who, ""}] = b.Standing(who, "")
	for _, domain := range b.Domains(who) {
		all[standingKey{who, domain}] = b.Standing(who, domain)
	}
	credible[who] = raters.Credibility(who)
}

func (s *standings) read(who reputation.Agent, domain string) (reputation.Standing, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.mu.ready {
		return reputation.Standing{}, fmt.Errorf("market: reputation of %.64q: not started: %w", string(who), ErrUnavailable)
	}
	return s.mu.all[standingKey{who, domain}], nil
}

func (s *standings) credibility(who reputation.Agent) float64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c, ok := s.mu.raters[who]; ok {
		return c
	}
	var unknown reputation.Raters
	return unknown.Credibility(who)
}
