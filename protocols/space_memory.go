// SPDX-License-Identifier: Apache-2.0

package protocols

import "encoding/json"

// remembered keeps the answers to the last requests that were carried out, for who did not hear them: so that what is asked again after a
// crash is not done again. It belongs to a spaceState.
type remembered struct {
	answers map[string]spaceAnswer
	ring    []string // ids, as a circle
	at      int      // the oldest
	limit   int
}

func newRemembered(limit int) *remembered {
	return &remembered{answers: map[string]spaceAnswer{}, limit: limit}
}

func (r *remembered) find(id string) (spaceAnswer, bool) {
	if id == "" {
		return spaceAnswer{}, false
	}
	a, ok := r.answers[id]
	return a, ok
}

func (r *remembered) keep(id string, a spaceAnswer) {
	if id == "" {
		return
	}
	if len(r.ring) < r.limit {
		r.ring = append(r.ring, id)
	} else {
		delete(r.answers, r.ring[r.at])
		r.ring[r.at] = id
		r.at = (r.at + 1) % r.limit
	}
	r.answers[id] = a
}

func (r *remembered) clear() { *r = *newRemembered(r.limit) }

// kept is one answer as it is encoded.
type kept struct {
	ID     string      `json:"id"`
	Answer spaceAnswer `json:"answer"`
}

// MarshalJSON writes the answers, oldest first.
func (r *remembered) MarshalJSON() ([]byte, error) {
	all := make([]kept, 0, len(r.ring))
	for i := range r.ring {
		id := r.ring[(r.at+i)%len(r.ring)]
		all = append(all, kept{id, r.answers[id]})
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON wrote; the limit stays.
func (r *remembered) UnmarshalJSON(data []byte) error {
	var all []kept
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	r.clear()
	for _, k := range all {
		r.keep(k.ID, k.Answer)
	}
	return nil
}
