// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"mabeam.dev/protocols/pbft/wire"
)

// ledger is what a client has asked for, and outlives the clerk: a request keeps its number for ever, so that it is executed once.
type ledger struct {
	mu      sync.Mutex
	next    uint64
	entries []*asked
	byKey   map[string]*asked
	names   uint64
}

// asked is one request.
type asked struct {
	number  uint64
	key     string
	ops     [][]byte
	request *wire.Request // as it was signed
	done    *Decision
}

// keep is how many requests that are done a ledger remembers.
const keep = 1024

// unnamed returns a key that nobody else has.
func (l *ledger) unnamed() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names++
	return "\x00" + strconv.FormatUint(l.names, 10)
}

// enter returns the request of a key, which is new if nobody has asked under it.
func (l *ledger) enter(key string, ops [][]byte) (a *asked, isNew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.byKey[key]; a != nil {
		return a, false
	}
	if l.byKey == nil {
		l.byKey = map[string]*asked{}
	}
	a = &asked{number: l.next, key: key, ops: ops}
	l.next++
	l.entries = append(l.entries, a)
	l.byKey[key] = a
	return a, true
}

// restore puts back what an earlier program has asked for.
func (l *ledger) restore(a *asked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.number < l.next {
		return // this program knows
	}
	if l.byKey == nil {
		l.byKey = map[string]*asked{}
	}
	l.next = a.number + 1
	l.entries = append(l.entries, a)
	l.byKey[a.key] = a
}

// finish keeps what came of a request, and forgets old ones.
func (l *ledger) finish(number uint64, d Decision) *asked {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == 0 || number < l.entries[0].number || number >= l.next {
		return nil
	}
	a := l.entries[number-l.entries[0].number]
	if a.done != nil {
		return nil
	}
	a.done = &d
	for len(l.entries) > keep && l.entries[0].done != nil {
		delete(l.byKey, l.entries[0].key)
		l.entries = l.entries[1:]
	}
	return a
}

// decision returns what came of a request, if something has.
func (l *ledger) decision(a *asked) (Decision, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.done == nil {
		return Decision{}, false
	}
	return *a.done, true
}

// signed keeps a request as it was signed.
func (l *ledger) signed(r *wire.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) > 0 && r.Seq >= l.entries[0].number && r.Seq < l.next {
		l.entries[r.Seq-l.entries[0].number].request = r
	}
}

// requests returns what the client has signed, in order.
func (l *ledger) requests() (out []*wire.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.entries {
		if a.request != nil {
			out = append(out, a.request)
		}
	}
	return out
}

// open returns the requests from the first on that is not done.
func (l *ledger) open() (first uint64, rest []*asked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, a := range l.entries {
		if a.done == nil {
			return a.number, append([]*asked(nil), l.entries[i:]...)
		}
	}
	return l.next, nil
}

// errandText is a request as the clerk's log has it.
type errandText struct {
	Client int      `json:"client"`
	Number uint64   `json:"number"`
	Key    string   `json:"key"`
	Ops    [][]byte `json:"ops"`
}

// record is the request as the clerk's log has it.
func (a *asked) record(client int) []byte {
	key := a.key
	if key[0] == 0 {
		key = "" // nobody comes back to it
	}
	text, _ := json.Marshal(errandText{client, a.number, key, a.ops}) // plain data
	return text
}

// restoreAll puts back what a clerk's log has, and returns what it lacks: requests that were entered, and whose record was not written.
func restoreAll(clients []*ledger, records [][]byte) (missing [][]byte, err error) {
	written := make([]uint64, len(clients))
	for _, text := range records {
		var t errandText
		if err := json.Unmarshal(text, &t); err != nil {
			return nil, fmt.Errorf("byzantine: the clerk's log: %w", err)
		}
		if t.Client < 0 || t.Client >= len(clients) {
			return nil, fmt.Errorf("byzantine: the clerk's log: no client %d: %w", t.Client, ErrInvalid)
		}
		if t.Key == "" {
			t.Key = "\x00#" + strconv.FormatUint(t.Number, 10)
		}
		clients[t.Client].restore(&asked{number: t.Number, key: t.Key, ops: t.Ops})
		written[t.Client] = max(written[t.Client], t.Number)
	}
	for i, l := range clients {
		_, rest := l.open()
		for _, a := range rest {
			if a.number > written[i] {
				missing = append(missing, a.record(i))
			}
		}
	}
	return missing, nil
}
