// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"mabeam.dev/agents/capability"
)

// Policy chooses among the agents that may take a task. Whatever the policy, only agents that meet the task's needs and have a free slot are candidates, and
// those of the best rank alone (see AgentStanding). Load is what an agent would have in hand with the task too, divided by its slots x weight.
type Policy string

// The allocation policies.
const (
	RoundRobin   Policy = "round_robin"  // RoundRobin takes the candidate whose last task is longest ago.
	LeastLoaded  Policy = "least_loaded" // LeastLoaded takes the candidate with the least load.
	ByCapability Policy = "capability"   // ByCapability takes the newest version of the capability, then who can do the least else, so that generalists stay free.
	PowerOfTwo   Policy = "power_of_two" // PowerOfTwo draws two candidates and takes the less loaded one.
	Performance  Policy = "performance"  // Performance takes the candidate with the least load x time / success: as AgentStanding tells it, else as the queue has seen it.
	Auction      Policy = "auction"      // Auction calls the candidates to bid for the task, outside of this package, and gives it to who wins; see Procurement.
)

// Policies lists every policy in the order of the documentation.
func Policies() []Policy {
	return []Policy{RoundRobin, LeastLoaded, ByCapability, PowerOfTwo, Performance, Auction}
}

// Duplicates says what happens to a task whose id or key is known and whose content is equal.
type Duplicates string

// The duplicate policies. Other content under a known id is ErrConflict in both.
const (
	Merge  Duplicates = "merge"  // Merge acknowledges with the first task's state; nothing is done twice.
	Refuse Duplicates = "refuse" // Refuse gives a *DuplicateError that holds the first task's state.
)

// Spec configures a queue. Its zero value is a working configuration; for durations and counts zero means the default and a negative value means "none".
type Spec struct {
	Policy     Policy            // Policy of allocation; default RoundRobin.
	Duplicates Duplicates        // Duplicates policy; default Merge.
	Limit      int               // Limit of open tasks (accepted, running, waiting); default 10,000.
	InputLimit int               // InputLimit in bytes of one task's input; default 1 MiB, negative none.
	Attempts   int               // Attempts of a task that does not say; default 3.
	Timeout    time.Duration     // Timeout of an attempt for tasks that do not say; default 1 minute, negative none.
	Ageing     time.Duration     // Ageing is the wait that equals one step of priority; default 1 minute, negative none.
	Grace      time.Duration     // Grace a recalled agent has to let go before it is condemned; default 5 s, negative for ever.
	Poison     int               // Poison is the number of different agents a task may kill; default 3, negative unlimited.
	Backoff    Backoff           // Backoff between attempts after an error or a time-out.
	Agents     Quota             // Agents bounds what each agent does; its own concurrency bounds it as well.
	Kinds      map[string]Quota  // Kinds bounds what is done of a kind of tasks, by all agents together.
	Requires   map[string]string // Requires is what a kind of tasks needs of an agent besides what the task says: a need as package capability reads it.
	Remember   int               // Remember is how many tasks that are over are kept in memory; default 100,000, negative all; see Trim.
	// Procurement is how the policy Auction calls for bids; of no meaning to the others.
	Procurement Procurement
}

// Backoff grows exponentially from Base to Max with full jitter: the wait is uniform between zero and the grown value.
type Backoff struct {
	Base time.Duration // Base of the first wait; default 100 ms, negative = no wait at all.
	Max  time.Duration // Max a wait grows to; default 10 s.
}

func (s Spec) withDefaults() Spec {
	if s.Policy == "" {
		s.Policy = RoundRobin
	}
	if s.Duplicates == "" {
		s.Duplicates = Merge
	}
	s.Limit = orDefault(s.Limit, 10_000)
	s.InputLimit = orDefault(s.InputLimit, 1<<20)
	s.Attempts = orDefault(s.Attempts, 3)
	s.Timeout = orDefault(s.Timeout, time.Minute)
	s.Ageing = orDefault(s.Ageing, time.Minute)
	s.Grace = orDefault(s.Grace, 5*time.Second)
	s.Poison = orDefault(s.Poison, 3)
	s.Remember = orDefault(s.Remember, 100_000)
	s.Procurement.Batch = orDefault(s.Procurement.Batch, 1)
	s.Backoff.Base = orDefault(s.Backoff.Base, 100*time.Millisecond)
	s.Backoff.Max = orDefault(s.Backoff.Max, max(10*time.Second, s.Backoff.Base))
	return s
}

func orDefault[N ~int | ~int64](value, fallback N) N {
	if value == 0 {
		return fallback
	}
	return value
}

// Validate returns every problem of the spec joined into one error, or nil. Defaults are filled in first; the spec itself is not changed.
func (s Spec) Validate() error {
	s = s.withDefaults()
	var all []error
	bad := func(key, reason string, args ...any) {
		all = append(all, fmt.Errorf("work: spec %q: %s", key, fmt.Sprintf(reason, args...)))
	}
	switch s.Policy {
	case RoundRobin, LeastLoaded, ByCapability, PowerOfTwo, Performance, Auction:
	default:
		bad("policy", "unknown policy %q, want one of %v", s.Policy, Policies())
	}
	if s.Duplicates != Merge && s.Duplicates != Refuse {
		bad("duplicates", "unknown policy %q, want %q or %q", s.Duplicates, Merge, Refuse)
	}
	if s.Limit < 1 {
		bad("limit", "is %d, want at least 1", s.Limit)
	}
	if s.Attempts < 1 || s.Attempts > MaxAttempts {
		bad("attempts", "is %d, want 1 to %d", s.Attempts, MaxAttempts)
	}
	if s.Backoff.Base > s.Backoff.Max {
		bad("backoff", "base %v is longer than max %v", s.Backoff.Base, s.Backoff.Max)
	}
	s.Procurement.check(bad)
	s.Agents.check("agents", bad)
	for _, kind := range slices.Sorted(maps.Keys(s.Kinds)) {
		s.Kinds[kind].check("kinds."+kind, bad)
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Requires)) {
		if _, err := capability.ParseNeed(s.Requires[kind]); err != nil {
			bad("requires."+kind, "%v", err)
		}
	}
	return errors.Join(all...)
}

// wait returns the back-off after attempt n, drawn from the random source.
func (b Backoff) wait(n int, random rand.Source) time.Duration {
	if b.Base < 0 {
		return 0
	}
	grown := b.Max
	if n >= 1 && n < 40 && b.Base<<(n-1)>>(n-1) == b.Base {
		grown = min(grown, b.Base<<(n-1))
	}
	return time.Duration(random.Uint64() % uint64(grown+1))
}
