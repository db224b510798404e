// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"math"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/assert"

	"mabeam.dev/protocols/lock"
)

// linearizable reports whether the operations can be put into one order that the model allows, and in which none comes before another that had returned
// when it was called.
func linearizable(m porcupine.Model, history []porcupine.Operation) bool {
	return porcupine.CheckOperations(m, history)
}

// What is done to a lock, semaphore or office: the inputs of claims.
type (
	grant struct {
		mode    lock.Mode
		permits int
	}
	release struct{ token lock.Token }
	// free is an end of a claim that may come at any time after it was called: the kill of its owner, the end of its lease, a release whose outcome is
	// not known. If the claim is not there it does nothing.
	free struct{ token lock.Token }
)

// held is the state of claims: who holds, and the last token.
type held struct {
	last    lock.Token
	holders []holder
}

type holder struct {
	token   lock.Token
	mode    lock.Mode
	permits int
}

// claims is the model of a lock, a read-write lock, a semaphore of so many permits, or an office with its terms.
func claims(size int) porcupine.Model {
	without := func(s held, t lock.Token) (held, bool) {
		at := slices.IndexFunc(s.holders, func(h holder) bool { return h.token == t })
		if at < 0 {
			return s, false
		}
		return held{s.last, slices.Delete(slices.Clone(s.holders), at, at+1)}, true
	}
	return porcupine.Model{
		Init: func() any { return held{} },
		Step: func(state, input, output any) (bool, any) {
			s := state.(held)
			switch in := input.(type) {
			case grant:
				token := output.(lock.Token)
				used := in.permits
				for _, h := range s.holders {
					used += h.permits
					if in.mode == lock.Exclusive || h.mode == lock.Exclusive {
						return false, s
					}
				}
				if token.Compare(s.last) <= 0 || used > size {
					return false, s
				}
				return true, held{token, append(slices.Clone(s.holders), holder{token, in.mode, in.permits})}
			case release:
				next, ok := without(s, in.token)
				return ok, next
			default:
				next, _ := without(s, input.(free).token)
				return true, next
			}
		},
		Equal: func(a, b any) bool {
			x, y := a.(held), b.(held)
			return x.last == y.last && slices.Equal(x.holders, y.holders)
		},
	}
}

// What is done to a counter: the inputs of register.
type (
	add  struct{ delta int64 }
	get  struct{}
	swap struct{ old, new int64 }
	// swapped is the output of a swap; those of the others are the count.
	swapped struct {
		value int64
		done  bool
	}
)

// register is the model of a counter, which is one. An output is nil if nobody heard it.
func register() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return int64(0) },
		Step: func(state, input, output any) (bool, any) {
			v := state.(int64)
			switch in := input.(type) {
			case add:
				v += in.delta
			case swap:
				done := v == in.old
				if done {
					v = in.new
				}
				return output == nil || output == swapped{v, done}, v
			default:
				_ = in.(get)
			}
			return output == nil || output == v, v
		},
	}
}

// The checker is held against histories whose answer is known, so that it can fail.
func TestTheCheckerKnowsGoodHistoriesFromBad(t *testing.T) {
	one, two := lock.Token{Epoch: 1, Seq: 1}, lock.Token{Epoch: 1, Seq: 2}
	x, r := grant{mode: lock.Exclusive}, grant{mode: lock.Shared}
	op := func(call, ret int64, in, out any) porcupine.Operation {
		return porcupine.Operation{Input: in, Call: call, Output: out, Return: ret}
	}
	const open = math.MaxInt64
	for name, c := range map[string]struct {
		m    porcupine.Model
		good bool
		ops  []porcupine.Operation
	}{
		"handed over":         {claims(0), true, []porcupine.Operation{op(1, 2, x, one), op(3, 5, release{one}, nil), op(4, 6, x, two)}},
		"overlap":             {claims(0), false, []porcupine.Operation{op(1, 2, x, one), op(3, 4, x, two), op(5, 6, release{one}, nil)}},
		"overlap of a kill":   {claims(0), true, []porcupine.Operation{op(1, 2, x, one), op(3, open, free{one}, nil), op(4, 5, x, two)}},
		"kill after":          {claims(0), false, []porcupine.Operation{op(1, 2, x, one), op(4, 5, x, two), op(6, open, free{one}, nil)}},
		"tokens run back":     {claims(0), false, []porcupine.Operation{op(1, 2, x, two), op(3, 4, release{two}, nil), op(5, 6, x, one)}},
		"readers":             {claims(0), true, []porcupine.Operation{op(1, 2, r, one), op(3, 4, r, two)}},
		"reader and writer":   {claims(0), false, []porcupine.Operation{op(1, 2, r, one), op(3, 4, x, two)}},
		"permits":             {claims(3), true, []porcupine.Operation{op(1, 2, grant{lock.Permits, 2}, one), op(3, 4, grant{lock.Permits, 1}, two)}},
		"too many permits":    {claims(3), false, []porcupine.Operation{op(1, 2, grant{lock.Permits, 2}, one), op(3, 4, grant{lock.Permits, 2}, two)}},
		"sums":                {register(), true, []porcupine.Operation{op(1, 4, add{1}, int64(3)), op(2, 3, add{2}, int64(2))}},
		"lost sum":            {register(), false, []porcupine.Operation{op(1, 2, add{1}, int64(1)), op(3, 4, add{2}, int64(2))}},
		"sum nobody heard":    {register(), true, []porcupine.Operation{op(1, open, add{1}, nil), op(3, 4, add{2}, int64(3))}},
		"sum that comes late": {register(), true, []porcupine.Operation{op(1, open, add{1}, nil), op(3, 4, add{2}, int64(2))}},
		"swapped":             {register(), true, []porcupine.Operation{op(1, 2, add{1}, int64(1)), op(3, 4, swap{1, 7}, swapped{7, true}), op(5, 6, get{}, int64(7))}},
		"swap of another":     {register(), true, []porcupine.Operation{op(1, 2, add{1}, int64(1)), op(3, 4, swap{2, 7}, swapped{1, false}), op(5, 6, get{}, int64(1))}},
		"two swaps of one":    {register(), false, []porcupine.Operation{op(1, 4, swap{0, 7}, swapped{7, true}), op(2, 3, swap{0, 8}, swapped{8, true})}},
		"stale look":          {register(), false, []porcupine.Operation{op(1, 2, add{1}, int64(1)), op(3, 4, get{}, int64(0))}},
		"counted twice":       {register(), false, []porcupine.Operation{op(1, 2, add{1}, int64(2)), op(3, 4, add{2}, int64(4))}},
	} {
		assert.Equal(t, c.good, linearizable(c.m, c.ops), name)
	}
}
