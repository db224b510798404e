// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/kind"
)

// either is a rule of a user: flags are set by anybody, and stay.
var either = kind.Custom(func(a, b kind.Value) (kind.Value, error) { return kind.OfInteger(a.Integer() | b.Integer()), nil })

// node is a replica: what it knows, and what it has on its way to others.
type node struct {
	name  string
	known kind.Write
	clock kind.Clock
}

// written is what a node writes: a value of its own for most rules, an addition to what it knows for counters, members for teams.
func (n *node) written(t *rapid.T, rule string) kind.Write {
	now := rapid.Int64Range(0, 5).Draw(t, "now") // clocks of nodes differ, and go backwards
	n.clock = n.clock.Next(now)
	w := kind.Write{Clock: n.clock, Node: n.name, Score: rapid.Float64Range(0, 1).Draw(t, "score")}
	switch rule {
	case "counter":
		return n.known.Counted(n.name, rapid.Int64Range(-3, 5).Draw(t, "by"), n.clock)
	case "union":
		w.Value = kind.OfTeam(rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "member"))
	case "either":
		w.Value = kind.OfInteger(1 << rapid.IntRange(0, 8).Draw(t, "flag"))
	default:
		w.Value = kind.OfFloat(float64(rapid.IntRange(0, 9).Draw(t, "x")))
	}
	if rule != "by performance" {
		w.Score = 0
	}
	return w
}

// Nodes write, what they know reaches the others late, twice, in any order or not at all, and at last each hears once from everybody: all know the same, which is what one node would know that
// had seen every write.
func TestReplicasEndEqualWhateverTheOrderOfDelivery(t *testing.T) {
	rules := map[string]kind.Joiner{
		"largest": kind.Largest, "smallest": kind.Smallest, "union": kind.Union, "counter": kind.Counter, "by performance": kind.ByPerformance, "last writer": kind.LastWriter, "either": either,
	}
	first := map[string]kind.Value{"union": kind.OfTeam(), "counter": kind.OfInteger(0), "either": kind.OfInteger(0), "smallest": kind.OfFloat(100)}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				start := kind.Write{Value: kind.OfFloat(-1)}
				if v, ok := first[name]; ok {
					start.Value = v
				}
				nodes := make([]*node, rapid.IntRange(2, 4).Draw(t, "nodes"))
				for i := range nodes {
					nodes[i] = &node{name: fmt.Sprint("n", i), known: start}
				}
				all, added := start, int64(0)
				join := func(a, b kind.Write) kind.Write {
					w, err := rule.Join(a, b)
					require.NoError(t, err)
					return w
				}
				var mail []kind.Write
				for range rapid.IntRange(0, 25).Draw(t, "steps") {
					n := rapid.SampledFrom(nodes).Draw(t, "node")
					switch rapid.IntRange(0, 2).Draw(t, "do") {
					case 0:
						before := n.known.Value
						w := n.written(t, name)
						n.known, all = join(n.known, w), join(all, w)
						if name == "counter" {
							added += n.known.Value.Integer() - before.Integer()
						}
					case 1:
						mail = append(mail, n.known)
					default:
						if len(mail) > 0 { // it stays, and may come again
							w := rapid.SampledFrom(mail).Draw(t, "letter")
							n.known = join(n.known, w)
							if n.clock.Compare(w.Clock) < 0 {
								n.clock = w.Clock
							}
						}
					}
				}
				last := make([]kind.Write, len(nodes))
				for i, n := range nodes {
					last[i] = n.known
				}
				for _, n := range nodes {
					for _, w := range rapid.Permutation(last).Draw(t, "order") {
						n.known = join(n.known, w)
					}
				}
				for _, n := range nodes {
					require.Equal(t, all, n.known, "node %s", n.name)
				}
				if name == "counter" {
					require.Equal(t, added, all.Value.Integer(), "every addition counts once")
				}
			})
		})
	}
}

func TestACounterCountsUpAndDownToItsEnds(t *testing.T) {
	var w kind.Write
	w.Value = kind.OfInteger(0)
	w = w.Counted("b", 5, kind.Clock{Wall: 1}).Counted("a", -7, kind.Clock{Wall: 2})
	assert.Equal(t, int64(-2), w.Value.Integer())
	assert.Equal(t, []kind.Count{{Node: "a", Down: 7}, {Node: "b", Up: 5}}, w.Counts)
	before := slices.Clone(w.Counts)
	assert.Equal(t, int64(math.MaxInt64), w.Counted("c", math.MaxInt64, kind.Clock{}).Counted("d", math.MaxInt64, kind.Clock{}).Value.Integer())
	assert.Equal(t, int64(math.MinInt64), w.Counted("c", math.MinInt64, kind.Clock{}).Value.Integer())
	assert.Equal(t, before, w.Counts, "what was known stays as it was")
}

func TestWhatBreaksTheLawsOfMergingIsFound(t *testing.T) {
	numbers := []kind.Value{kind.OfFloat(0), kind.OfFloat(1), kind.OfFloat(3)}
	for _, j := range []kind.Joiner{kind.Largest, kind.Smallest, kind.LastWriter, kind.ByPerformance} {
		assert.NoError(t, kind.Lawful(j, numbers...))
	}
	assert.NoError(t, kind.Lawful(either, kind.OfInteger(1), kind.OfInteger(2), kind.OfInteger(6)))
	of := func(f func(a, b float64) float64) kind.Custom {
		return func(a, b kind.Value) (kind.Value, error) { return kind.OfFloat(f(a.Float(), b.Float())), nil }
	}
	assert.ErrorContains(t, kind.Lawful(of(func(a, b float64) float64 { return a + b }), numbers...), "not idempotent: 1 with itself is 2")
	assert.ErrorContains(t, kind.Lawful(of(func(a, _ float64) float64 { return a }), numbers...), "not commutative: 0 and 1 are 0 or 1")
	assert.ErrorContains(t, kind.Lawful(of(func(a, b float64) float64 { return (a + b) / 2 }), numbers...), "not associative: 0, 0 and 1 are 0.5 or 0.25")
	assert.ErrorIs(t, kind.Lawful(kind.Union, numbers...), kind.ErrType)
	turns := kind.Custom(func(kind.Value, kind.Value) (kind.Value, error) { return kind.OfChoice("text"), nil })
	assert.ErrorIs(t, kind.Lawful(turns, numbers...), kind.ErrType, "no merge gives another form")
	_, err := either.Join(kind.Write{Value: kind.OfInteger(1)}, kind.Write{Value: kind.OfFloat(1)})
	assert.ErrorIs(t, err, kind.ErrType)
}
