// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"cmp"
	"slices"
	"time"
)

// Account is an identity, as the ledger and the registry know it.
type Account struct {
	// ID is its name.
	ID string
	// Owner is who answers for it, "" if nobody is known; Funder who paid its first money in, "" for the outside.
	Owner, Funder string
	// Acts are the moments at which it did something, in order.
	Acts []time.Time
}

// SybilRules are the limits of the detector of related identities; zero fields are the defaults.
type SybilRules struct {
	// Together is how near in time two acts are one movement: 2 seconds.
	Together time.Duration
	// MinActs is how many acts an account has before it is judged by them: 8.
	MinActs int
	// P is the most likely that chance explains two accounts' moving together, after correction: 1e-6.
	P float64
	// Hub is how many accounts somebody may fund before that says nothing any more: 200. An exchange funds everybody.
	Hub int
}

// Sybils finds identities that are one. Accounts with one known owner are. So are accounts whose first money came from the same account, or from
// one another, and that move together: their acts coincide far more often than if each acted at times of its own (Poisson, for all pairs that
// were examined). Neither is enough alone: fast bots answer to the same news, and many accounts have one bank.
func Sybils(accounts []Account, rules SybilRules) []Finding {
	set(&rules.Together, 2*time.Second)
	set(&rules.MinActs, 8)
	set(&rules.P, 1e-6)
	set(&rules.Hub, 200)
	accounts = slices.Clone(accounts)
	slices.SortFunc(accounts, func(a, b Account) int { return cmp.Compare(a.ID, b.ID) })
	group := newUnion(len(accounts))
	kin, first := families(accounts, rules.Hub), map[string]int{}
	for i, a := range accounts {
		if a.Owner == "" {
			continue
		}
		if j, ok := first[a.Owner]; ok {
			group.join(i, j)
		} else {
			first[a.Owner] = i
		}
	}
	pairs := 0
	for _, f := range kin {
		pairs += len(f) * (len(f) - 1) / 2
	}
	var end time.Time
	for _, a := range accounts {
		if n := len(a.Acts); n > 0 && a.Acts[n-1].After(end) {
			end = a.Acts[n-1]
		}
	}
	likely := map[int]float64{} // the least likely link, by either end
	for _, f := range kin {
		for x, i := range f {
			for _, j := range f[x+1:] {
				p := float64(pairs) * together(accounts[i].Acts, accounts[j].Acts, rules)
				if p <= rules.P {
					group.join(i, j)
					likely[i], likely[j] = p, p
				}
			}
		}
	}
	var found []Finding
	for _, members := range group.sets() {
		if len(members) < 2 {
			continue
		}
		f := Finding{Kind: Sybil, Version: 1, Score: 1, P: 0, At: end, Severity: Warn}
		owned := true
		for _, i := range members {
			f.Subjects = append(f.Subjects, accounts[i].ID)
			owned = owned && accounts[i].Owner != "" && accounts[i].Owner == accounts[members[0]].Owner
			f.P = max(f.P, likely[i])
		}
		if !owned { // with one declared owner, nothing is hidden
			f.Score = .9
			f.Severity = Throttle
		}
		f.Evidence = []Exhibit{{"identities", float64(len(members)), 1}, {"chance of moving together", f.P, rules.P}}
		found = append(found, f)
	}
	return ordered(found)
}

// families lists the accounts that money connects: those that one account has funded, and that account. Hubs connect nobody.
func families(accounts []Account, hub int) [][]int {
	number, funded := map[string]int{}, map[string][]int{}
	for i, a := range accounts {
		number[a.ID] = i
	}
	var order []string
	for i, a := range accounts {
		if a.Funder == "" {
			continue
		}
		if funded[a.Funder] == nil {
			order = append(order, a.Funder)
		}
		funded[a.Funder] = append(funded[a.Funder], i)
	}
	var all [][]int
	for _, who := range order {
		f := funded[who]
		if len(f) > hub {
			continue
		}
		if i, ok := number[who]; ok {
			f = append(f, i)
		}
		all = append(all, f)
	}
	return all
}

// together is the chance that two accounts that act independently act so often at the same time as these do.
func together(a, b []time.Time, rules SybilRules) float64 {
	if len(a) < rules.MinActs || len(b) < rules.MinActs {
		return 1
	}
	from, to := a[0], a[len(a)-1]
	if b[0].Before(from) {
		from = b[0]
	}
	if b[len(b)-1].After(to) {
		to = b[len(b)-1]
	}
	span := to.Sub(from) + rules.Together
	met, j := 0, 0
	for _, t := range a {
		for j < len(b) && t.Sub(b[j]) > rules.Together {
			j++
		}
		if j < len(b) && b[j].Sub(t) <= rules.Together {
			met++
			j++
		}
	}
	mean := float64(len(a)) * float64(len(b)) * 2 * float64(rules.Together) / float64(span)
	return poisson(met, mean)
}

// union is a forest of sets.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int) { u[u.root(i)] = u.root(j) }

// sets lists the members of each set, in order.
func (u union) sets() [][]int {
	at, all := map[int]int{}, [][]int(nil)
	for i := range u {
		r := u.root(i)
		n, ok := at[r]
		if !ok {
			n = len(all)
			at[r] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], i)
	}
	return all
}
