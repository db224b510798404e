// SPDX-License-Identifier: Apache-2.0

package market

// keyring remembers the latest keys of commands with what was answered. It belongs to a process's state.
type keyring[R any] struct {
	size int
	by   map[string]*keyed[R]
	ring []*keyed[R] // the earliest at next, once it is full
	next int
}

type keyed[R any] struct {
	key    string
	digest [16]byte
	answer R
}

func newKeyring[R any](size int) keyring[R] {
	return keyring[R]{size: max(1, size), by: map[string]*keyed[R]{}}
}

func (k *keyring[R]) has(key string) bool { return k.by[key] != nil }

// find returns what was answered to a command; of another one with its key it is ErrKeyTaken.
func (k *keyring[R]) find(key string, digest [16]byte) (answer R, ok bool, err error) {
	was := k.by[key]
	switch {
	case was == nil:
		return answer, false, nil
	case was.digest != digest:
		return answer, false, ErrKeyTaken
	}
	return was.answer, true, nil
}

// remember keeps an answer, and forgets the earliest one where there is no more room.
func (k *keyring[R]) remember(key string, digest [16]byte, answer R) {
	e := &keyed[R]{key, digest, answer}
	k.by[key] = e
	if len(k.ring) < k.size {
		k.ring = append(k.ring, e)
		return
	}
	delete(k.by, k.ring[k.next].key)
	k.ring[k.next] = e
	k.next = (k.next + 1) % k.size
}

// kept is a key that is remembered, as it is written down.
type kept[R any] struct {
	Key    string   `json:"key"`
	Digest [16]byte `json:"digest"`
	Answer R        `json:"answer"`
}

// encode writes down what is remembered, the earliest first, and decode remembers it.
func (k *keyring[R]) encode() (all []kept[R]) {
	for i := range k.ring {
		e := k.ring[(k.next+i)%len(k.ring)]
		all = append(all, kept[R]{e.key, e.digest, e.answer})
	}
	return all
}

func (k *keyring[R]) decode(all []kept[R]) {
	for _, e := range all {
		k.remember(e.Key, e.Digest, e.Answer)
	}
}
