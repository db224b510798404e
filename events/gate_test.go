// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestAGroupTakesWhatFitsAndAtLeastOne(t *testing.T) {
	limit := load{4, 100}
	for _, c := range []struct {
		name    string
		waiting []load
		want    int
	}{
		{"nothing waits", nil, 0},
		{"one", []load{{1, 1}}, 1},
		{"all fit", []load{{1, 10}, {1, 10}, {2, 80}}, 3},
		{"too many appends", []load{{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, 4},
		{"too many bytes", []load{{1, 60}, {1, 41}, {1, 1}}, 1},
		{"the first alone is too large", []load{{9, 900}, {1, 1}}, 1},
		{"nobody overtakes one that does not fit", []load{{1, 1}, {4, 1}, {1, 1}}, 1},
	} {
		assert.Equal(t, c.want, groupSize(c.waiting, limit), c.name)
	}
}

func TestAGroupIsTheLongestPrefixWithinTheLimit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		waiting := rapid.SliceOf(rapid.Custom(func(rt *rapid.T) load {
			return load{rapid.IntRange(1, 5).Draw(rt, "appends"), rapid.IntRange(0, 50).Draw(rt, "bytes")}
		})).Draw(rt, "waiting")
		limit := load{rapid.IntRange(1, 12).Draw(rt, "limit"), rapid.IntRange(1, 120).Draw(rt, "limit bytes")}
		want := 0
		for k := range waiting {
			var sum load
			for _, l := range waiting[:k+1] {
				sum.appends += l.appends
				sum.bytes += l.bytes
			}
			if k == 0 || sum.appends <= limit.appends && sum.bytes <= limit.bytes {
				want = k + 1
			}
		}
		if got := groupSize(waiting, limit); got != want {
			rt.Fatalf("expected %d, got %d", want, got)
		}
	})
}

func TestATicketIsGivenBackOnceAndDiesWithItsLife(t *testing.T) {
	g := &gate{limit: load{2, 100}}
	ctx := context.Background()
	a, err := g.enter(ctx, load{1, 10}, false)
	assert.NoError(t, err)
	b, err := g.enter(ctx, load{1, 10}, false)
	assert.NoError(t, err)
	_, err = g.enter(ctx, load{1, 10}, false)
	assert.ErrorIs(t, err, ErrBusy)
	a.giveBack()
	a.giveBack()
	assert.Equal(t, load{1, 10}, g.mu.inside)
	g.renew()
	c, err := g.enter(ctx, load{2, 20}, false)
	assert.NoError(t, err)
	b.giveBack()
	assert.Equal(t, load{2, 20}, g.mu.inside, "a ticket of a former life takes nothing away")
	c.giveBack()
	assert.Equal(t, load{}, g.mu.inside)
	(*ticket)(nil).giveBack()
}

func TestWhoLeavesTheQueueLetsTheNextOneIn(t *testing.T) {
	g := &gate{limit: load{3, 100}}
	ctx := context.Background()
	first, err := g.enter(ctx, load{2, 1}, false)
	assert.NoError(t, err)
	large, small := &waiter{load: load{3, 1}, entry: make(chan struct{})}, &waiter{load: load{1, 1}, entry: make(chan struct{})}
	g.mu.waiting = []*waiter{large, small}
	_, err = g.enter(ctx, load{1, 1}, false)
	assert.ErrorIs(t, err, ErrBusy, "nobody overtakes those who wait, even if there is room")
	g.leave(large)
	<-small.entry
	assert.Equal(t, load{3, 2}, g.mu.inside)
	g.leave(small) // its entry came at the moment it left
	assert.Equal(t, load{2, 1}, g.mu.inside)
	first.giveBack()
	assert.Equal(t, load{}, g.mu.inside)
}
