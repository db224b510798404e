// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"slices"
)

// remembered keeps the answers to the last requests that were carried out, for who did not hear them: so that what is asked again after a
// crash is not done again. It belongs to a spaceState.
type remembered struct {
	ring  []kept           // as a circle
	index map[string]int32 // places in the ring, by ids
	at    int              // the oldest
	limit int
}

// kept is one answer.
type kept struct {
	ID     string      `json:"id"`
	Answer spaceAnswer `json:"answer"`
}

func newRemembered(limit int) *remembered {
	return &remembered{index: map[string]int32{}, limit: limit}
}

func (r *remembered) find(id string) (spaceAnswer, bool) {
	if id == "" {
		return spaceAnswer{}, false
	}
	at, ok := r.index[id]
	if !ok {
		return spaceAnswer{}, false
	}
	return r.ring[at].Answer, true
}

func (r *remembered) keep(id string, a spaceAnswer) {
	if id == "" {
		return
	}
	at := len(r.ring)
	if at < r.limit {
		r.ring = append(r.ring, kept{id, a})
	} else {
		at = r.at
		if old := r.ring[at].ID; r.index[old] == int32(at) {
			delete(r.index, old)
		}
		r.ring[at] = kept{id, a}
		r.at = (at + 1) % r.limit
	}
	r.index[id] = int32(at)
}

func (r *remembered) clear() { *r = *newRemembered(r.limit) }

// all is a copy of the answers, oldest first. It is one piece of memory, whatever is in it.
func (r *remembered) all() []kept {
	all := make([]kept, 0, len(r.ring))
	return append(append(all, r.ring[r.at:]...), r.ring[:r.at]...)
}

// take keeps answers in their order.
func (r *remembered) take(all []kept) {
	r.ring = slices.Grow(r.ring, min(len(all), r.limit))
	for _, k := range all {
		r.keep(k.ID, k.Answer)
	}
}

// MarshalJSON writes the answers, oldest first.
func (r *remembered) MarshalJSON() ([]byte, error) { return json.Marshal(r.all()) }

// UnmarshalJSON reads what MarshalJSON wrote; the limit stays.
func (r *remembered) UnmarshalJSON(data []byte) error {
	var all []kept
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	r.clear()
	r.take(all)
	return nil
}
