// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"cmp"
	"fmt"
)

// Token is the fencing token of a grant. Of two grants of one name the later one has the greater token, whatever crashed between them: Epoch
// rises whenever a store is rebuilt or restored, Seq with each grant. The zero Token is of no grant and less than all others.
type Token struct {
	// Epoch counts the lives of the store.
	Epoch uint32 `json:"epoch"`
	// Seq counts the grants of one epoch.
	Seq uint64 `json:"seq"`
}

// Compare orders tokens by Epoch and then by Seq: negative if t was given before u.
func (t Token) Compare(u Token) int {
	return cmp.Or(cmp.Compare(t.Epoch, u.Epoch), cmp.Compare(t.Seq, u.Seq))
}

// IsZero reports whether the token is of no grant.
func (t Token) IsZero() bool { return t == Token{} }

// String returns the two numbers, such as "3.17".
func (t Token) String() string { return fmt.Sprintf("%d.%d", t.Epoch, t.Seq) }

// Guard is what a guarded resource keeps: the greatest token that it has seen. It belongs to the owner of the resource, and is kept with
// it where the resource outlives a crash. The zero Guard has seen none.
type Guard struct {
	// High is the greatest token so far.
	High Token `json:"high"`
}

// Check takes the token of an effect that is about to be applied. A *StaleTokenError refuses one that is older than any before: whoever has
// it believes to hold a lock that somebody else got meanwhile.
func (g *Guard) Check(t Token) error {
	if t.Compare(g.High) < 0 {
		return &StaleTokenError{Have: g.High, Got: t}
	}
	g.High = t
	return nil
}
