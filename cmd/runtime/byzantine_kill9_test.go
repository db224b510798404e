// SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/pbft/wire"
)

// councilNode is a node of which one agent answers late, so that its sessions are open when it is killed.
const councilNode = `
version: 1
node: {name: council, data: ./data}
log: {level: info, format: text}
surfaces: {listen: off}
coordination: {}
tree:
  children:
    - {id: ann, kind: echo, votes: {policy: first}}
    - {id: bob, kind: echo, votes: {policy: first}}
    - {id: cleo, kind: exec, command: [sh, ./late.sh]}
    - {id: dan, kind: echo, votes: {policy: first}}
`

// A node is killed with -9 again and again amid sessions of Byzantine consensus, and started again in the same folder: no replica ever votes against what
// it has voted before, nobody is accused, and each session decides once, with a certificate.
func TestNoVoteContradictsAnotherOneAcrossKill9(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts and kills nodes")
	}
	const sessions = 6
	rounds := number(t, killsEnv, 3)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 13))
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "node.yaml"), []byte(councilNode), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "late.sh"), []byte(lateVoter), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	client := admin.DialSocket(admin.SocketPath(r.dir, "council"))
	id := func(i int) string { return fmt.Sprintf("s-%d", i) }
	start := func(i int) error {
		_, err := client.StartSession(ctx, admin.SessionOrder{
			ID: id(i), Question: "Lunch?", Options: []string{"soup", "salad"}, Participants: []string{"ann", "bob", "cleo", "dan"}, Deadline: "1h", Fault: "high",
			Durability: string(protocols.DurableBallots), Rule: consensus.Rule{Kind: consensus.Unanimous, Base: consensus.OfElectorate, Quorum: consensus.Fraction{Num: 1, Den: 1}},
		})
		return err
	}
	begin := func() *run {
		p := r.start("run", "--linger", "-c", "node.yaml")
		require.True(t, p.line("node council:"), p.told())
		return p
	}
	for round := range rounds {
		if round == rounds-1 { // the last is killed while all decide
			require.NoError(t, os.WriteFile(filepath.Join(r.dir, "go"), nil, 0o600))
		}
		p := begin()
		for i := range sessions {
			require.NoError(t, start(i))
		}
		time.AfterFunc(time.Duration(random.Int64N(int64(150*time.Millisecond))), func() { _ = p.cmd.Process.Kill() })
		p.wait()
	}
	p := begin()
	for i := range sessions {
		require.NoError(t, start(i))
		var a admin.SessionAnswer
		for a.Session.Result == nil {
			var err error
			a, err = client.Session(ctx, id(i), 0)
			require.NoError(t, err)
		}
		require.Equal(t, "soup", a.Session.Result.Decision, "%+v", *a.Session.Result)
		assert.Equal(t, 4, a.Session.Result.Tally[0].Voters)
		assert.NotEmpty(t, a.Session.Result.Certificate)
		assert.Empty(t, a.Session.Result.Liars, "a vote that contradicts another one is a proof against its member")
	}
	history, err := client.SessionHistory(ctx, map[string][]string{"limit": {"1000"}})
	require.NoError(t, err)
	assert.Len(t, history.Results, sessions, "each has one outcome")
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	p.wait()
	promised(t, filepath.Join(r.dir, "data", node.StoreFile), sessions)
}

// promised reads what all lives of all replicas have promised before they said it: of one member nothing contradicts anything else.
func promised(t *testing.T, path string, groups int) {
	store, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	said := map[string]wire.Digest{} // by member and what it is about
	votes, lives, logs := 0, 0, map[string]bool{}
	for e, err := range store.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		at := string(e.Stream)
		if !strings.HasPrefix(at, "coordination/votes/") || strings.HasSuffix(at, "/-1") {
			continue
		}
		var text struct {
			Life   bool
			Record []byte
		}
		require.NoError(t, json.Unmarshal(e.Data, &text))
		if text.Life {
			lives++
		}
		if text.Record == nil {
			continue
		}
		logs[at] = true
		record, err := wire.DecodeRecord(text.Record)
		require.NoError(t, err)
		once := func(what string, d wire.Digest) {
			votes++
			if before, ok := said[at+what]; ok {
				require.Equal(t, before, d, "%s: %s", at, what)
			}
			said[at+what] = d
		}
		switch v := record.(type) {
		case *wire.Accepted:
			once(fmt.Sprintf(" view %d, number %d", v.PrePrepare.View, v.PrePrepare.Seq), v.PrePrepare.Digest)
		case *wire.Committing:
			once(fmt.Sprintf(" view %d, number %d", v.Prepared.PrePrepare.View, v.Prepared.PrePrepare.Seq), v.Prepared.PrePrepare.Digest)
		default:
		}
	}
	assert.GreaterOrEqual(t, len(logs), 3*groups, "a quorum of each group has voted")
	assert.Positive(t, votes)
	t.Logf("%d votes of %d replicas in %d lives", votes, len(logs), lives)
}
