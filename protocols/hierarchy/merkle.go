// SPDX-License-Identifier: Apache-2.0

package hierarchy

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash is a hash of a Merkle tree.
type Hash [sha256.Size]byte

// Leaf hashes one elector's ballot. Leaves and inner nodes have different domains, so that none passes for the other.
func Leaf(elector int, ballot []byte) Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(elector)))
	h.Write(ballot)
	return Hash(h.Sum(nil))
}

func inner(a, b Hash) Hash {
	h := sha256.New()
	h.Write([]byte{1})
	h.Write(a[:])
	h.Write(b[:])
	return Hash(h.Sum(nil))
}

// Merkle is the root over leaves in their order; the zero Hash of none.
func Merkle(leaves []Hash) Hash {
	if len(leaves) == 0 {
		return Hash{}
	}
	level := append([]Hash(nil), leaves...)
	for len(level) > 1 {
		level = above(level)
	}
	return level[0]
}

// above hashes pairs; one that is alone goes up as it is.
func above(level []Hash) []Hash {
	next := make([]Hash, 0, (len(level)+1)/2)
	for i := 0; i+1 < len(level); i += 2 {
		next = append(next, inner(level[i], level[i+1]))
	}
	if len(level)%2 == 1 {
		next = append(next, level[len(level)-1])
	}
	return next
}

// Step is one step of a proof: the neighbour, and on which side it is.
type Step struct {
	Hash Hash
	Left bool
}

// Proof shows that leaf i is below the root.
func Proof(leaves []Hash, i int) []Step {
	var out []Step
	level := append([]Hash(nil), leaves...)
	for len(level) > 1 {
		if j := i ^ 1; j < len(level) {
			out = append(out, Step{level[j], j < i})
		}
		level, i = above(level), i/2
	}
	return out
}

// Included reports whether a proof leads from a leaf to a root.
func Included(root, leaf Hash, proof []Step) bool {
	at := leaf
	for _, s := range proof {
		if s.Left {
			at = inner(s.Hash, at)
		} else {
			at = inner(at, s.Hash)
		}
	}
	return at == root
}
