// SPDX-License-Identifier: Apache-2.0

package auth_test

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

func signing(i byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(append(make([]byte, 31), i)) }

func exchange(i byte) *ecdh.PrivateKey {
	k, err := ecdh.X25519().NewPrivateKey(append(make([]byte, 31), i))
	if err != nil {
		panic(err)
	}
	return k
}

func council(mode wire.Mode) (*wire.Config, []*auth.Keyring) {
	c := &wire.Config{Group: "council", Epoch: 3, Mode: mode, Clients: []wire.Identity{{Name: "eve", Sign: signing(9).Public().(ed25519.PublicKey)}}}
	for i := range byte(4) {
		c.Members = append(c.Members, wire.Identity{
			Name: fmt.Sprint("m", i), Sign: signing(i + 1).Public().(ed25519.PublicKey), Exchange: exchange(i + 1).PublicKey().Bytes(),
		})
	}
	var keys []*auth.Keyring
	for i := range byte(4) {
		k, err := auth.NewKeyring(c, wire.Member(i), signing(i+1), exchange(i+1))
		if err != nil {
			panic(err)
		}
		keys = append(keys, k)
	}
	return c, keys
}

func TestOnlyTheAuthorsSignaturePasses(t *testing.T) {
	c, keys := council(wire.Signed)
	m := &wire.Vote{Phase: wire.KindPrepare, Epoch: 3, View: 1, Seq: 2, Member: 1}
	m.Sig = auth.Sign(keys[1], c, m)
	v := auth.NewVerifier(c, auth.Public(c), 0)
	for range 2 { // the second time from memory
		_, err := v.Open(m)
		require.NoError(t, err)
	}
	for name, change := range map[string]func(*wire.Vote){
		"another member": func(m *wire.Vote) { m.Member = 2 }, "a stranger": func(m *wire.Vote) { m.Member = 77 },
		"another view": func(m *wire.Vote) { m.View = 9 }, "another phase": func(m *wire.Vote) { m.Phase = wire.KindCommit },
		"no signature": func(m *wire.Vote) { m.Sig = nil },
	} {
		o := *m
		change(&o)
		_, err := v.Open(&o)
		assert.ErrorIs(t, err, auth.ErrBadAuth, name)
	}
	o := *m
	o.Epoch = 4
	_, err := v.Open(&o)
	assert.ErrorIs(t, err, auth.ErrStaleEpoch)
}

func TestATagIsForOneReceiver(t *testing.T) {
	c, keys := council(wire.MAC)
	m := &wire.Vote{Phase: wire.KindCommit, Epoch: 3, View: 1, Seq: 2, Member: 1}
	m.Sig = keys[1].Tags(wire.AppendSigned(nil, c, m))
	assert.Len(t, m.Sig, 4*auth.TagSize)
	for i, k := range keys {
		_, err := auth.NewVerifier(c, k, 0).Open(m)
		assert.NoError(t, err, i)
	}
	m.Sig[2*auth.TagSize] ^= 1
	for i, k := range keys {
		_, err := auth.NewVerifier(c, k, 0).Open(m)
		assert.Equal(t, i == 2, err != nil, i)
	}
	_, err := auth.NewVerifier(c, auth.Public(c), 0).Open(m)
	assert.ErrorIs(t, err, auth.ErrBadAuth, "to others a tag says nothing")
}

func TestKeysAreThoseOfTheConfiguration(t *testing.T) {
	c, _ := council(wire.MAC)
	_, err := auth.NewKeyring(c, 1, signing(1), exchange(2))
	assert.ErrorIs(t, err, auth.ErrKeys)
	_, err = auth.NewKeyring(c, 1, signing(2), exchange(1))
	assert.ErrorIs(t, err, auth.ErrKeys)
	_, err = auth.NewKeyring(c, 1, signing(2), nil)
	assert.ErrorIs(t, err, auth.ErrKeys)
	_, err = auth.NewClientKeyring(c, 0, signing(1))
	assert.ErrorIs(t, err, auth.ErrKeys)
	_, err = auth.NewClientKeyring(c, 0, signing(9))
	assert.NoError(t, err)
}

func TestAForgedRequestIsToldApart(t *testing.T) {
	c, keys := council(wire.Signed)
	client, err := auth.NewClientKeyring(c, 0, signing(9))
	require.NoError(t, err)
	good := &wire.Request{Epoch: 3, Seq: 1, Ops: [][]byte{[]byte("x")}}
	good.Sig = auth.Sign(client, c, good)
	bad := &wire.Request{Epoch: 3, Seq: 2, Ops: [][]byte{[]byte("y")}, Sig: good.Sig}
	batch := wire.Batch{good, bad}
	pp := &wire.PrePrepare{View: 0, Seq: 1, Digest: batch.Digest()}
	pp.Sig = auth.Sign(keys[0], c, pp)
	v, err := auth.NewVerifier(c, auth.Public(c), 0).Open(&wire.Proposal{Epoch: 3, PrePrepare: pp, Batch: batch})
	require.NoError(t, err)
	i, forged := v.Forged()
	assert.True(t, forged)
	assert.Equal(t, 1, i)
}

func TestTheZeroValueHoldsNothing(t *testing.T) {
	var v auth.Message
	_, ok := v.Value()
	assert.False(t, ok)
}

func Example() {
	c, keys := council(wire.Signed)
	m := &wire.Checkpoint{Epoch: 3, Seq: 64, Member: 2}
	m.Sig = auth.Sign(keys[2], c, m)
	v := auth.NewVerifier(c, auth.Public(c), 0)
	_, err := v.Open(m)
	fmt.Println(err)
	m.Member = 1
	_, err = v.Open(m)
	fmt.Println(err)
	// Output:
	// <nil>
	// pbft/auth: "checkpoint" of group "council": pbft/auth: not signed by its author
}
