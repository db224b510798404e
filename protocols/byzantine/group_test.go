// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	"mabeam.dev/testkit/sim"
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
type restless struct{ sum }

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

// disk is a journal in memory that can be told to fail.
type disk struct {
	mu struct {
		sync.Mutex
		streams map[string][][]byte
		fail    func(stream string) error
		appends int
	}
}

func newDisk() *disk {
	d := &disk{}
	d.mu.streams = map[string][][]byte{}
	return d
}

func (d *disk) Append(_ context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.fail != nil {
		if err := d.mu.fail(stream); err != nil {
			return 0, err
		}
	}
	if uint64(len(d.mu.streams[stream])) != expect {
		return 0, errors.New("another version")
	}
	d.mu.appends++
	d.mu.streams[stream] = append(d.mu.streams[stream], records...)
	return expect + uint64(len(records)), nil
}

func (d *disk) Read(_ context.Context, stream string, from uint64, yield func(uint64, []byte) error) error {
	d.mu.Lock()
	all := slices.Clone(d.mu.streams[stream])
	d.mu.Unlock()
	for i := int(from); i < len(all); i++ {
		if err := yield(uint64(i)+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// A program that is gone leaves its votes: replicas of the next one keep what was promised, and requests their numbers.
func TestTheNextProgramKeepsWhatWasPromised(t *testing.T) {
	d := newDisk()
	program := func(f func(sys *actors.System, g *byzantine.Group)) {
		within(t, func(ctx context.Context, sys *actors.System) {
			v, err := byzantine.OpenVault(ctx, d, "keys")
			require.NoError(t, err)
			h := groups(t, sys, byzantine.Options{Keys: v, Votes: byzantine.JournalVotes(d, "votes")})
			g, err := h.Open(ctx, four())
			require.NoError(t, err)
			f(sys, g)
		})
	}
	var group string
	program(func(_ *actors.System, g *byzantine.Group) {
		group = g.Config().Group
		assert.Equal(t, 5, add(t, g, 1, "five", 5))
		assert.Equal(t, 6, add(t, g, 1, "", 1))
	})
	program(func(_ *actors.System, g *byzantine.Group) {
		assert.Equal(t, group, g.Config().Group)
		assert.Equal(t, 5, add(t, g, 1, "five", 5), "it was decided before")
		assert.Equal(t, 7, add(t, g, 1, "", 1))
	})
	lost := fmt.Sprintf("votes/%s/2", group)
	d.mu.streams[lost] = nil
	program(func(sys *actors.System, g *byzantine.Group) {
		assert.Equal(t, 8, add(t, g, 0, "", 1), "three of four have their logs")
		synctest.Wait()
		kill(sys, "/m2")
		synctest.Wait()
		assert.Equal(t, "amnesiac", g.Status()[2].Mode.String(), "and one keeps silent")
	})
	d.mu.streams["keys"] = nil
	program(func(_ *actors.System, g *byzantine.Group) {
		assert.NotEqual(t, group, g.Config().Group, "with other keys it is another group")
		assert.Equal(t, 1, add(t, g, 0, "", 1))
	})
}

// forgetful is a store whose logs are empty whenever they are opened, and that does not say so.
type forgetful struct{}

func (forgetful) Config(_ context.Context, _ string, c *wire.Config) (*wire.Config, error) {
	return c, nil
}
func (forgetful) Log(string, int) byzantine.VoteLog           { return forgetful{} }
func (forgetful) Drop(string)                                 {}
func (forgetful) Write(context.Context, bool, [][]byte) error { return nil }
func (forgetful) Open(context.Context) ([][]byte, bool, byzantine.Pen, error) {
	return nil, false, forgetful{}, nil
}

// The control of what logs are for: a replica that forgets what it has promised says the opposite, and is convicted like a liar.
func TestAReplicaThatForgetsIsALiar(t *testing.T) {
	for _, store := range []byzantine.VoteStore{nil, forgetful{}} {
		within(t, func(ctx context.Context, sys *actors.System) {
			g, err := groups(t, sys, byzantine.Options{Votes: store}).Open(ctx, four())
			require.NoError(t, err)
			require.Equal(t, 1, add(t, g, 0, "", 1))
			require.Equal(t, 1, kill(sys, "/m0"), "the primary")
			require.Equal(t, 2, add(t, g, 0, "", 1))
			require.NoError(t, g.Settle(ctx))
			if store == nil {
				assert.Empty(t, g.Accused())
				return
			}
			require.NotEmpty(t, g.Accused())
			assert.Equal(t, "m0", g.Accused()[0].Agent)
			assert.Equal(t, pbft.KindTwoProposals, g.Accused()[0].Kind)
		})
	}
}

// A journal that does not answer holds votes back; it does not make anybody say what is not stored.
func TestAVoteThatIsNotStoredIsNotSaid(t *testing.T) {
	within(t, func(ctx context.Context, sys *actors.System) {
		d := newDisk()
		h := groups(t, sys, byzantine.Options{Votes: byzantine.JournalVotes(d, "votes")})
		g, err := h.Open(ctx, four())
		require.NoError(t, err)
		require.Equal(t, 1, add(t, g, 0, "", 1))
		failing := func(members ...string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.mu.fail = func(stream string) error {
				if slices.ContainsFunc(members, func(m string) bool { return strings.HasSuffix(stream, m) }) {
					return errors.New("the disk does not answer")
				}
				return nil
			}
		}
		failing("/2")
		assert.Equal(t, 2, add(t, g, 0, "", 1), "one of four is not needed")
		failing("/2", "/3")
		short, stop := context.WithTimeout(ctx, time.Second)
		_, err = g.Submit(short, 0, "late", []byte("1"))
		stop()
		require.ErrorIs(t, err, context.DeadlineExceeded, "two of four are too few")
		failing()
		assert.Equal(t, 3, add(t, g, 0, "late", 1))
	})
}

func TestAGroupAgreesInAnyOrderOfTurnsFaultsAndLies(t *testing.T) {
	explore(t, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		rng := s.Rand("plan")
		o := byzantine.Options{}
		if rng.IntN(2) == 0 {
			o.Votes = byzantine.JournalVotes(newDisk(), "votes")
		}
		all := byzantine.Behaviours()
		liar := rng.IntN(4)
		o.Rehearse = map[string]byzantine.Behaviour{names(4)[liar]: all[rng.IntN(len(all))]}
		h := groups(s, sys, o)
		const each = 5
		results := map[string]int{}
		missing := 4 * each
		for c := range 4 {
			actors.MustSpawn(sys, fmt.Sprint("client", c), actors.Stateless(func(ctx *actors.Context[int], i int) error {
				g, err := h.Open(ctx, four())
				if err != nil {
					return err
				}
				d, err := g.Submit(ctx, c, fmt.Sprint(i), []byte("1"))
				if err != nil {
					return err
				}
				require.NoError(s, d.Certificate.Verify(g.Config(), d.Request))
				results[string(d.Results[0])]++
				missing--
				if i+1 < each {
					ctx.Self().Tell(i + 1)
				}
				return nil
			})).Tell(0)
		}
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill},
			Processes: []string{"/node/groups/group/m0", "/node/groups/group/m1", "/node/groups/group/m2", "/node/groups/group/clerk", "/node/groups", "/node/groups/*"}, MaxFor: time.Second,
		}.Draw(rng, 6)...)
		if rng.IntN(2) == 0 { // and the network is rough
			for _, kind := range []sim.FaultKind{sim.Drop, sim.Delay, sim.Duplicate, sim.Reorder} {
				s.Fault(sim.Fault{Do: kind, Message: "byzantine.parcel", Chance: 0.1, For: time.Duration(1+rng.IntN(200)) * time.Millisecond})
			}
		}
		s.Advance(2 * time.Minute)
		s.Calm()
		require.Zero(s, missing)
		for i := range 4 * each {
			require.Equal(s, 1, results[strconv.Itoa(i+1)], "each request is executed once: %v", results)
		}
		for _, a := range h.Find("council").Accused() {
			require.Equal(s, names(4)[liar], a.Agent)
		}
	})
}
