// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/pbft/wire"
)

// The window against a model that forgets nothing: what is neither found nor too old was never executed, and what is found was.
func TestAWindowNeverMistakesAnExecutedRequestForANewOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Uint64Range(1, 6).Draw(t, "size")
		table := newClientTable(size, 2)
		model := [2]map[uint64]uint64{{}, {}}
		top := [2]uint64{}
		for seq := range rapid.Uint64Range(1, 60).Draw(t, "steps") {
			c := wire.Client(rapid.IntRange(0, 1).Draw(t, "client"))
			number := rapid.Uint64Range(0, 20).Draw(t, "number")
			a, found := table.find(c, number)
			at, was := model[c][number]
			old := table.tooOld(c, number)
			if old != (len(model[c]) > 0 && top[c] >= size && number <= top[c]-size) {
				t.Fatalf("number %d below %d: too old %t", number, top[c], old)
			}
			if found && (!was || a.seq != at) {
				t.Fatalf("found %d, which was not executed there", number)
			}
			if was && !found && !old {
				t.Fatalf("%d was executed, and the window does not know", number)
			}
			if !found && !old {
				table.add(c, answer{number: number, seq: seq, results: [][]byte{{byte(seq)}}})
				model[c][number], top[c] = seq, max(top[c], number)
			}
			if n := len(table.clients[c]); uint64(n) > size {
				t.Fatalf("%d answers, and %d are remembered", n, size)
			}
		}
		b := table.encode(nil)
		back, rest, err := decodeClients(append(b, "rest"...), size, 2)
		require.NoError(t, err)
		assert.Equal(t, "rest", string(rest))
		assert.Equal(t, b, back.encode(nil))
		for i := range b {
			if _, _, err := decodeClients(b[:i], size, 2); !errors.Is(err, ErrStateTransfer) {
				t.Fatalf("the first %d bytes: %v", i, err)
			}
		}
	})
}

// A claim is chosen only where enough members share it: the rules of MAC mode, for one number and n = 4.
func TestAClaimIsChosenWhereEnoughShareIt(t *testing.T) {
	cfg := group(4, 1, wire.MAC, wire.Rules{}, false).cfg
	x, y := wire.Sum("x", nil), wire.Sum("y", nil)
	type word struct{ p, q []wire.Claim }
	at := func(v uint64, d wire.Digest) []wire.Claim { return []wire.Claim{{Seq: 1, View: v, Digest: d}} }
	none := word{}
	tests := []struct {
		name  string
		words []word
		want  wire.Digest
		ok    bool
	}{
		{"nobody prepared", []word{none, none, none}, wire.Null, true},
		{"prepared by one, known to two", []word{{at(1, x), at(1, x)}, {nil, at(1, x)}, none}, x, true},
		{"claimed by one that nobody believes", []word{{at(1, x), at(1, x)}, none, none}, wire.Null, false},
		{"the same with one more that has nothing", []word{{at(1, x), at(1, x)}, none, none, none}, wire.Null, true},
		{"the later of two views", []word{{at(1, x), at(1, x)}, {at(2, y), at(2, y)}, {nil, at(2, y)}}, y, true},
		{"two in one view", []word{{at(1, x), at(1, x)}, {at(1, y), at(1, y)}, {nil, at(1, x)}}, wire.Null, false},
		{"known only of an earlier view", []word{{at(2, x), at(2, x)}, {nil, at(1, x)}, none}, wire.Null, false},
	}
	for _, test := range tests {
		var changes []*wire.ViewChange
		for i, w := range test.words {
			changes = append(changes, &wire.ViewChange{Epoch: 1, View: 3, Stable: &wire.Stable{}, P: w.p, Q: w.q, Member: wire.Member(i)})
		}
		d, ok := chooseClaimed(cfg, &skips{}, changes, 1)
		assert.Equal(t, test.ok, ok, test.name)
		if ok {
			assert.Equal(t, test.want, d, test.name)
		}
	}
}

func TestASafetyErrorSaysWhatIsProven(t *testing.T) {
	err := error(&SafetyError{Member: 2, Seq: 64, Mine: wire.Sum("a", nil), Proven: wire.Sum("b", nil), Checkpoint: true})
	assert.ErrorIs(t, err, ErrSafetyViolated)
	assert.ErrorContains(t, err, "replica 2 at 64: two states are proven")
}
