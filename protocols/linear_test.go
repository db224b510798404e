// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/protocols/lock"
)

// Operation is one call of a history. The fields, and those of Model, have the names and the meaning that they have in porcupine, so that histories and
// models can be given to either.
type Operation struct {
	ClientId int //nolint:revive // porcupine's name
	Input    any
	Call     int64
	Output   any
	Return   int64 // math.MaxInt64 where the outcome is not known
}

// Model is what a history is held against.
type Model struct {
	Init  func() any
	Step  func(state, input, output any) (bool, any)
	Equal func(a, b any) bool
}

// linearizable reports whether the operations can be put into one order that the model allows, and in which none comes before another that had returned
// when it was called.
func linearizable(m Model, history []Operation) bool {
	ops := slices.Clone(history)
	slices.SortStableFunc(ops, func(a, b Operation) int { return int(a.Call - b.Call) })
	done := make([]bool, len(ops))
	seen := map[string][]any{} // states that were tried, by the set of operations
	var try func(state any, left int) bool
	try = func(state any, left int) bool {
		if left == 0 {
			return true
		}
		key := new(strings.Builder)
		for _, d := range done {
			fmt.Fprint(key, map[bool]byte{true: '1', false: '0'}[d]-'0')
		}
		for _, s := range seen[key.String()] {
			if m.Equal(s, state) {
				return false
			}
		}
		seen[key.String()] = append(seen[key.String()], state)
		first := int64(math.MaxInt64) // the earliest return of those that are left: nothing called later can come before it
		for i, o := range ops {
			if !done[i] {
				first = min(first, o.Return)
			}
		}
		for i, o := range ops {
			if o.Call > first {
				break
			}
			if done[i] {
				continue
			}
			if ok, next := m.Step(state, o.Input, o.Output); ok {
				done[i] = true
				if try(next, left-1) {
					return true
				}
				done[i] = false
			}
		}
		return false
	}
	return try(m.Init(), len(ops))
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
func claims(size int) Model {
	without := func(s held, t lock.Token) (held, bool) {
		at := slices.IndexFunc(s.holders, func(h holder) bool { return h.token == t })
		if at < 0 {
			return s, false
		}
		return held{s.last, slices.Delete(slices.Clone(s.holders), at, at+1)}, true
	}
	return Model{
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

// sums is the model of a counter: an input is what was added, and an output the sum, or nil if nobody heard it.
func sums() Model {
	return Model{
		Init: func() any { return int64(0) },
		Step: func(state, input, output any) (bool, any) {
			sum := state.(int64) + input.(int64)
			return output == nil || output.(int64) == sum, sum
		},
		Equal: func(a, b any) bool { return a == b },
	}
}

// The checker is held against histories whose answer is known, so that it can fail.
func TestTheCheckerKnowsGoodHistoriesFromBad(t *testing.T) {
	one, two := lock.Token{Epoch: 1, Seq: 1}, lock.Token{Epoch: 1, Seq: 2}
	x, r := grant{mode: lock.Exclusive}, grant{mode: lock.Shared}
	op := func(call, ret int64, in, out any) Operation {
		return Operation{Input: in, Call: call, Output: out, Return: ret}
	}
	const open = math.MaxInt64
	for name, c := range map[string]struct {
		m    Model
		good bool
		ops  []Operation
	}{
		"handed over":         {claims(0), true, []Operation{op(1, 2, x, one), op(3, 5, release{one}, nil), op(4, 6, x, two)}},
		"overlap":             {claims(0), false, []Operation{op(1, 2, x, one), op(3, 4, x, two), op(5, 6, release{one}, nil)}},
		"overlap of a kill":   {claims(0), true, []Operation{op(1, 2, x, one), op(3, open, free{one}, nil), op(4, 5, x, two)}},
		"kill after":          {claims(0), false, []Operation{op(1, 2, x, one), op(4, 5, x, two), op(6, open, free{one}, nil)}},
		"tokens run back":     {claims(0), false, []Operation{op(1, 2, x, two), op(3, 4, release{two}, nil), op(5, 6, x, one)}},
		"readers":             {claims(0), true, []Operation{op(1, 2, r, one), op(3, 4, r, two)}},
		"reader and writer":   {claims(0), false, []Operation{op(1, 2, r, one), op(3, 4, x, two)}},
		"permits":             {claims(3), true, []Operation{op(1, 2, grant{lock.Permits, 2}, one), op(3, 4, grant{lock.Permits, 1}, two)}},
		"too many permits":    {claims(3), false, []Operation{op(1, 2, grant{lock.Permits, 2}, one), op(3, 4, grant{lock.Permits, 2}, two)}},
		"sums":                {sums(), true, []Operation{op(1, 4, int64(1), int64(3)), op(2, 3, int64(2), int64(2))}},
		"lost sum":            {sums(), false, []Operation{op(1, 2, int64(1), int64(1)), op(3, 4, int64(2), int64(2))}},
		"sum nobody heard":    {sums(), true, []Operation{op(1, open, int64(1), nil), op(3, 4, int64(2), int64(3))}},
		"sum that comes late": {sums(), true, []Operation{op(1, open, int64(1), nil), op(3, 4, int64(2), int64(2))}},
		"counted twice":       {sums(), false, []Operation{op(1, 2, int64(1), int64(2)), op(3, 4, int64(2), int64(4))}},
	} {
		assert.Equal(t, c.good, linearizable(c.m, c.ops), name)
	}
}
