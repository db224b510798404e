// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/internal/admin"
)

const variableNode = `
version: 1
node: {name: v, data: ./data}
surfaces: {listen: off}
log: {level: info, format: text}
variables:
  spaces:
  - space: tuning
    variables:
    - {variable: kept, kind: integer, min: 0, max: 1000000}
    - {variable: quick, kind: integer, min: 0, max: 1000000, durability: buffered}
    - {variable: sum, kind: composite, inputs: [kept, quick], expression: kept + quick, result: integer}
`

// In each round a node is killed with -9 while its variables change, and started again in the same folder. What is durable is committed once, in the order of the versions, whether
// its answer came or not; of what is buffered the last may be lost, but no version that anybody has seen comes again with another value.
func TestKill9OfANodeWithVariablesKeepsEveryDurableCommitOnce(t *testing.T) {
	rounds := number(t, killsEnv, 3)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 13))
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "v.yaml"), []byte(variableNode), 0o600))
	client := admin.DialSocket(admin.SocketPath(r.dir, "v"))
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	start := func() *run {
		p := r.start("run", "-c", "v.yaml", "--linger", "--progress", "none")
		require.True(t, p.line("^node v: "), p.told())
		return p
	}
	set := func(name string, n int) (admin.VariableReceipt, error) {
		text := fmt.Sprint(n)
		for {
			a, err := client.Propose(ctx, "tuning", name, "", admin.VariableOrder{Text: &text, Key: name + text, By: "test", Because: "round " + text})
			var refused *admin.StatusError
			if errors.As(err, &refused) && (refused.Code == 503 || refused.Code == 404) {
				continue // it is starting: what the config declares may come after the node is up
			}
			return a, err
		}
	}
	quick := map[string]any{} // by version, what was answered
	next, killed := 1, 0
	for range rounds {
		p := start()
		at, after := next+random.IntN(60), time.Duration(random.Int64N(int64(3*time.Millisecond)))
		for ; ; next++ {
			if next == at {
				time.AfterFunc(after, func() { _ = p.cmd.Process.Kill() })
			}
			a, err := set("kept", next)
			if err != nil {
				break // killed: the same proposal comes again
			}
			require.Equal(t, fmt.Sprintf("0.%d", next+1), a.At, "no proposal counts twice, and none is lost")
			if b, err := set("quick", next); err == nil {
				if was, seen := quick[b.At]; seen {
					assert.Equal(t, was, b.Value, "version %s of quick", b.At)
				}
				quick[b.At] = b.Value
			}
		}
		p.wait()
		killed++
	}
	p := start()
	a, err := set("kept", next)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("0.%d", next+1), a.At)
	again, err := set("kept", 1)
	require.NoError(t, err)
	assert.True(t, again.Again, "the first answer, over all that happened since")
	assert.Equal(t, "0.2", again.At)
	list, err := client.VariableHistory(ctx, "tuning", "kept", url.Values{"all": {"1"}, "limit": {"1000000"}})
	require.NoError(t, err)
	require.Len(t, list.Commits, next+1)
	for i, c := range list.Commits {
		assert.Equal(t, fmt.Sprintf("0.%d", i+1), c.At)
		assert.Equal(t, fmt.Sprint(i), c.Text)
		if i > 0 {
			assert.Equal(t, fmt.Sprintf("round %d", i), c.Because)
		}
	}
	past, err := client.VariableHistory(ctx, "tuning", "quick", url.Values{"all": {"1"}, "limit": {"1000000"}})
	require.NoError(t, err)
	var last cognitive.Version
	for _, c := range past.Commits {
		v, err := admin.ParseVariableVersion(c.At)
		require.NoError(t, err)
		assert.True(t, last.Before(v), "%s came after %s", v, last)
		last = v
		if was, seen := quick[c.At]; seen {
			assert.Equal(t, was, c.Value, "version %s of quick", c.At)
		}
	}
	all, err := client.Variables(ctx)
	require.NoError(t, err)
	text := map[string]string{}
	for _, v := range all.Spaces[0].Variables {
		text[v.Name] = v.Text
	}
	t.Logf("%d commits over %d kills, %v", next, killed, text)
	assert.Equal(t, fmt.Sprint(next), text["kept"])
	var sum, quickly int
	_, err = fmt.Sscan(text["sum"]+" "+text["quick"], &sum, &quickly)
	require.NoError(t, err)
	assert.Equal(t, next+quickly, sum, "the composite is of the same version as its inputs")
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	p.wait()
}
