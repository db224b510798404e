// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/supervision"
)

var secret = [32]byte{7}

var often = supervision.Intensity{Max: 1000, Within: time.Second}

// groups starts a host in a system.
func groups(t require.TestingT, sys *actors.System, o byzantine.Options) *byzantine.Host {
	if o.Keys == nil {
		o.Keys = byzantine.NewVault(secret)
	}
	h, err := byzantine.NewHost("groups", o)
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Intensity: often, Children: []supervision.Child{h.Child()}})
	require.NoError(t, err)
	return h
}

func within(t *testing.T, f func(ctx context.Context, sys *actors.System)) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		f(t.Context(), sys)
		require.NoError(t, sys.Close(context.Background()))
	})
}

func names(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint("m", i))
	}
	return all
}

func four() byzantine.Spec { return byzantine.Spec{ID: "council", Members: names(4), App: newSum} }

func add(t require.TestingT, g *byzantine.Group, client int, key string, n int) int {
	d, err := g.Submit(context.Background(), client, key, []byte(strconv.Itoa(n)))
	require.NoError(t, err)
	require.NoError(t, d.Certificate.Verify(g.Config(), d.Request))
	total, err := strconv.Atoi(string(d.Results[0]))
	require.NoError(t, err)
	return total
}

// kill ends the processes whose paths end so, and returns how many there were.
func kill(sys *actors.System, ends ...string) int {
	var all []actors.PID // before the first is killed, whose successor would be one more
	for pid := range sys.Processes() {
		if slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(pid.Path(), end) }) {
			all = append(all, pid)
		}
	}
	for _, pid := range all {
		pid.Kill()
	}
	return len(all)
}

func TestAKeyStandsForOneRequestWhoeverIsKilledMeanwhile(t *testing.T) {
	within(t, func(ctx context.Context, sys *actors.System) {
		h := groups(t, sys, byzantine.Options{})
		g, err := h.Open(ctx, four())
		require.NoError(t, err)
		assert.Equal(t, 1, add(t, g, 0, "once", 1))
		for _, who := range [][]string{{"/clerk"}, {"/m0"}, {"/m1", "/clerk"}, {"/m0", "/m1", "/m2", "/m3"}, {"/group"}, {"/groups"}, {"/groups", "/clerk"}} {
			require.Positive(t, kill(sys, who...), who)
			synctest.Wait()
			assert.Equal(t, 1, add(t, g, 0, "once", 1), "%v: the same key", who)
		}
		assert.Equal(t, 3, add(t, g, 3, "once", 2), "the key of another client")
		assert.Equal(t, 6, add(t, g, 0, "", 3))
		assert.Equal(t, 9, add(t, g, 0, "", 3), "no key stands for nothing")
		same, err := h.Open(ctx, four())
		require.NoError(t, err)
		assert.Same(t, g, same)
	})
}

func TestRequestsOfManyClientsAreDecidedTogether(t *testing.T) {
	for _, n := range []int{4, 7, 19} {
		within(t, func(ctx context.Context, sys *actors.System) {
			spec := byzantine.Spec{ID: "council", Members: names(n), App: newSum, Owner: "owner"}
			if n > 16 {
				spec.Mode = wire.MAC
			}
			g, err := groups(t, sys, byzantine.Options{}).Open(ctx, spec)
			require.NoError(t, err)
			var asks []byzantine.Ask
			for i := range n + 1 {
				for j := range 3 {
					asks = append(asks, byzantine.Ask{Client: i, Key: fmt.Sprint(j), Ops: [][]byte{[]byte("1")}})
				}
			}
			all, err := g.SubmitAll(ctx, asks)
			require.NoError(t, err)
			totals := map[string]bool{}
			for _, d := range all {
				totals[string(d.Results[0])] = true
			}
			assert.Len(t, totals, 3*(n+1), "each has a place of its own in the order")
			none, err := g.SubmitAll(ctx, nil)
			require.NoError(t, err)
			assert.Empty(t, none)
		})
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	_, err := byzantine.NewHost("", byzantine.Options{Rehearse: map[string]byzantine.Behaviour{"x": "odd"}})
	require.ErrorIs(t, err, byzantine.ErrInvalid)
	h, err := byzantine.NewHost("groups", byzantine.Options{})
	require.NoError(t, err)
	_, err = h.Open(t.Context(), four())
	require.ErrorIs(t, err, byzantine.ErrDown)
	within(t, func(ctx context.Context, sys *actors.System) {
		h := groups(t, sys, byzantine.Options{})
		for name, s := range map[string]byzantine.Spec{
			"three members": {ID: "x", Members: names(3), App: newSum},
			"one twice":     {ID: "x", Members: []string{"a", "b", "c", "a"}, App: newSum},
			"a member owns": {ID: "x", Members: names(4), Owner: "m1", App: newSum},
		} {
			_, err := h.Open(ctx, s)
			assert.ErrorIs(t, err, wire.ErrInvalidConfig, name)
		}
		_, err := h.Open(ctx, byzantine.Spec{ID: "x", Members: names(4)})
		require.ErrorIs(t, err, byzantine.ErrInvalid)
		_, err = h.Open(ctx, byzantine.Spec{ID: "x", Members: names(4), App: func() pbft.App { return restless{} }})
		require.ErrorIs(t, err, byzantine.ErrInvalid)
		_, err = h.Open(ctx, byzantine.Spec{ID: "x", Members: []string{"a", "b", "", "d"}, Owner: strings.Repeat("x", 256), App: newSum})
		require.ErrorIs(t, err, byzantine.ErrNoKeys)
		g, err := h.Open(ctx, four())
		require.NoError(t, err)
		_, err = g.Submit(ctx, 4, "", []byte("1"))
		require.ErrorIs(t, err, byzantine.ErrInvalid)
		_, err = g.Submit(ctx, 0, "")
		require.ErrorIs(t, err, byzantine.ErrInvalid)
		for _, op := range [][]byte{[]byte("no number"), make([]byte, 100_000)} {
			_, err = g.Submit(ctx, 0, "", op)
			require.ErrorIs(t, err, pbft.ErrRefused, "no honest member orders it")
		}
		_, err = g.Submit(ctx, 0, "", slices.Repeat([][]byte{[]byte("1")}, 2000)...)
		require.ErrorIs(t, err, pbft.ErrRefused)
		h.End("council")
		h.End("council")
		_, err = g.Submit(ctx, 0, "", []byte("1"))
		require.ErrorIs(t, err, byzantine.ErrEnded)
		assert.Nil(t, h.Find("council"))
		synctest.Wait()
		assert.Zero(t, kill(sys, "/m0", "/clerk"), "nothing is left of it")
	})
}

// restless would change its members.
type restless struct{}

func (restless) Apply(pbft.Place, []byte) []byte { return nil }
func (restless) Validate([]byte) error           { return nil }
func (restless) Snapshot() []byte                { return nil }
func (restless) Restore([]byte) error            { return nil }
func (restless) Next() *wire.Config              { return nil }

func TestAReplicaThatHasLostItsLogKeepsSilent(t *testing.T) {
	within(t, func(ctx context.Context, sys *actors.System) {
		h := groups(t, sys, byzantine.Options{})
		g, err := h.Open(ctx, four())
		require.NoError(t, err)
		require.Equal(t, 1, add(t, g, 0, "", 1))
		require.NoError(t, h.Rehearse("m0", byzantine.Amnesia))
		require.Equal(t, 2, add(t, g, 0, "", 1))
		assert.Equal(t, pbft.Normal, g.Status()[0].Mode, "it lives, and its log is not asked for")
		require.Equal(t, 1, kill(sys, "/m0"))
		for i := range 200 { // the primary is gone, and three go on; the state comes with a checkpoint
			require.Equal(t, 3+i, add(t, g, 1, "", 1))
		}
		synctest.Wait()
		s := g.Status()
		assert.Equal(t, pbft.Amnesiac, s[0].Mode)
		assert.Positive(t, s[0].Executed, "it keeps up with the state")
		assert.Positive(t, s[1].View)
	})
}

func TestAVaultHasTheSameKeysForASecretAndNeverShowsIt(t *testing.T) {
	v := byzantine.NewVault(secret)
	a, err := v.Public("ann")
	require.NoError(t, err)
	again, err := byzantine.NewVault(secret).Public("ann")
	require.NoError(t, err)
	assert.Equal(t, a, again)
	other, err := byzantine.NewVault([32]byte{8}).Public("ann")
	require.NoError(t, err)
	assert.NotEqual(t, a.Sign, other.Sign)
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, nil)).Info("keys", "vault", v, "any", fmt.Sprintf("%v %+v %#v %s", v, v, v, v))
	text, err := v.MarshalJSON()
	require.NoError(t, err)
	shown := b.String() + string(text)
	for _, form := range []string{fmt.Sprint(secret[:4]), fmt.Sprint(secret), fmt.Sprintf("%x", secret[:]), "BwAAAA"} {
		assert.NotContains(t, shown, strings.Trim(form, "[]"))
	}
}
