// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"slices"
	"time"

	"mabeam.dev/protocols/pbft/wire"
)

// key names a request.
type key struct {
	client wire.Client
	number uint64
}

func keyOf(m *wire.Request) key { return key{m.Client, m.Seq} }

// waiting is a request that the replica knows and has not executed.
type waiting struct {
	req   *wire.Request
	since time.Time
	seq   uint64 // where the current view has it; 0 for nowhere
	gone  bool
}

// pool holds the requests that wait for their execution, in order of arrival, so many of each client.
type pool struct {
	limit int
	known map[key]*waiting
	order []*waiting
	count map[wire.Client]int
}

func newPool(limit uint64) *pool {
	return &pool{limit: int(limit), known: map[key]*waiting{}, count: map[wire.Client]int{}}
}

// add takes a request in, unless it is there or its client has too many.
func (p *pool) add(m *wire.Request, now time.Time) bool {
	k := keyOf(m)
	if p.known[k] != nil {
		return true
	}
	if p.count[k.client] >= p.limit {
		return false
	}
	w := &waiting{req: m, since: now}
	p.known[k] = w
	p.order = append(p.order, w)
	p.count[k.client]++
	return true
}

// remove forgets a request and returns since when it waited.
func (p *pool) remove(k key) (time.Time, bool) {
	w := p.known[k]
	if w == nil {
		return time.Time{}, false
	}
	w.gone = true
	delete(p.known, k)
	p.count[k.client]--
	for len(p.order) > 0 && p.order[0].gone {
		p.order = p.order[1:]
	}
	if len(p.order) > 2*len(p.known)+64 { // an old request at the head keeps the rest from being trimmed
		p.order = slices.DeleteFunc(p.order, func(w *waiting) bool { return w.gone })
	}
	return w.since, true
}

// purge removes what is no longer to be executed.
func (p *pool) purge(over func(key) bool) {
	for _, w := range slices.Clone(p.order) {
		if !w.gone && over(keyOf(w.req)) {
			p.remove(keyOf(w.req))
		}
	}
}

// oldest returns the request that has waited longest.
func (p *pool) oldest() *waiting {
	for _, w := range p.order {
		if !w.gone {
			return w
		}
	}
	return nil
}

// place notes where the current view has a request.
func (p *pool) place(k key, seq uint64) {
	if w := p.known[k]; w != nil {
		w.seq = seq
	}
}

// unplace forgets where requests were: a new view begins.
func (p *pool) unplace() {
	for _, w := range p.order {
		w.seq = 0
	}
}

// next returns up to max requests that have no place yet, of so many bytes together, and whether there are more.
func (p *pool) next(limit, bytes int) (batch wire.Batch, more bool) {
	size := 4
	for _, w := range p.order {
		if w.gone || w.seq != 0 {
			continue
		}
		size += w.req.Size()
		if len(batch) == limit || (size > bytes && len(batch) > 0) {
			return batch, true
		}
		batch = append(batch, w.req)
	}
	return batch, false
}
