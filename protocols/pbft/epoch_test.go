// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// play delivers everything among replicas and a client until nothing is under way, and returns the effects that are no messages.
func play(t *testing.T, keys *ring, nodes []*Replica, client *Client, first ...Effect) (told []Effect) {
	t.Helper()
	type mail struct {
		to  int
		msg wire.Message
	}
	var post []mail
	do := func(who int, effects []Effect) {
		for _, e := range effects {
			switch e := e.(type) {
			case Send:
				post = append(post, mail{int(e.To), e.Msg})
			case Broadcast:
				for to := range nodes {
					if to != who {
						post = append(post, mail{to, e.Msg})
					}
				}
			case Answer:
				post = append(post, mail{-1, e.Reply})
			default:
				told = append(told, e)
			}
		}
	}
	do(-1, first)
	for steps := 0; len(post) > 0; steps++ {
		require.Less(t, steps, 100_000)
		m := post[0]
		post = post[1:]
		if m.to < 0 {
			if v, err := auth.NewVerifier(keys.cfg, keys.public, -1).Open(m.msg); err == nil {
				do(-1, client.Step(Deliver{time.Unix(1, 0), v}))
			}
			continue
		}
		if v, err := keys.verifier(m.to).Open(m.msg); err == nil && nodes[m.to] != nil {
			do(m.to, nodes[m.to].Step(Deliver{time.Unix(1, 0), v}))
		}
	}
	return told
}

// Another membership is an operation: it ends the epoch at a stable checkpoint, and the next one begins in that state, with a member that was
// not there before and fetches it.
func TestAnEpochFollowsAnotherByAnOperation(t *testing.T) {
	rules := wire.Rules{Interval: 2, ChunkSize: 64}
	keys := group(4, 1, wire.Signed, rules, false)
	var nodes []*Replica
	for i := range 4 {
		r, err := New(keys.cfg, wire.Member(i), Options{}, keys.members[i], &chronicle{})
		require.NoError(t, err)
		nodes = append(nodes, r)
	}
	client, err := NewClient(keys.cfg, 0, ClientOptions{}, keys.clients[0])
	require.NoError(t, err)
	later := ringOf(&wire.Config{Group: "council", Epoch: 2, Rules: rules}, 5, 1, false)
	op := append([]byte("epoch "), wire.EncodeConfig(later.cfg)...)
	play(t, keys, nodes, client, client.Step(Submit{time.Unix(1, 0), [][]byte{op}})...)
	told := play(t, keys, nodes, client, client.Step(Submit{time.Unix(1, 0), [][]byte{[]byte("two")}})...)
	var next []NextEpoch
	for _, e := range told {
		if e, ok := e.(NextEpoch); ok {
			next = append(next, e)
		}
	}
	require.Len(t, next, 4, "every member hears of it")
	for i, n := range nodes {
		assert.Equal(t, Retired, n.Status().Mode, i)
		assert.Equal(t, next[0].Config.Digest(), next[i].Config.Digest())
	}
	assert.Equal(t, uint64(2), next[0].Config.Epoch)
	assert.Equal(t, uint64(2), next[0].Config.Base.Seq)

	*later.cfg = *next[0].Config
	nodes = nil
	var first []Effect
	for i := range 5 {
		log := []wire.Record{&wire.Checkpointed{Seq: 2, State: next[0].State}}
		if i == 4 {
			log = nil
		}
		r, err := Restore(later.cfg, wire.Member(i), Options{}, later.members[i], &chronicle{}, log)
		require.NoError(t, err)
		nodes = append(nodes, r)
		first = append(first, r.Step(Start{time.Unix(1, 0)})...)
	}
	// A state that is not the base's is no beginning.
	_, err = Restore(later.cfg, 0, Options{}, later.members[0], &chronicle{}, []wire.Record{&wire.Checkpointed{Seq: 2, State: newReplicaState()}})
	assert.ErrorIs(t, err, ErrVoteLog)
	client, err = NewClient(later.cfg, 0, ClientOptions{First: 3}, later.clients[0])
	require.NoError(t, err)
	play(t, later, nodes, client, first...)
	told = play(t, later, nodes, client, client.Step(Submit{time.Unix(1, 0), [][]byte{[]byte("three")}})...)
	done := 0
	for _, e := range told {
		if e, ok := e.(Done); ok {
			done++
			assert.Equal(t, [][]byte{[]byte("3")}, e.Results, "the state goes on")
		}
	}
	assert.Equal(t, 1, done)
	for i, n := range nodes {
		assert.Equal(t, uint64(3), n.Status().Executed, i)
	}
}

// newReplicaState is the state of the beginning.
func newReplicaState() []byte {
	return append(newClientTable(128, 1).encode(nil), (&chronicle{}).Snapshot()...)
}
