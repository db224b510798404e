// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
)

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

// faster is a disk on which somebody else keeps another configuration of the group just before the first one is kept.
type faster struct {
	*disk
	stream string
	first  func()
}

func (f *faster) Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	if first := f.first; stream == f.stream && first != nil {
		f.first = nil
		first()
	}
	return f.disk.Append(ctx, stream, expect, records...)
}

// Several who open a group at the same time have one configuration: that of who was first.
func TestWhoOpensAGroupAtTheSameTimeGetsTheSameOne(t *testing.T) {
	v := byzantine.NewVault([32]byte{1})
	made := func(group string) *wire.Config {
		c := &wire.Config{Group: group}
		for _, name := range []string{"a", "b", "c", "d"} {
			id, err := v.Public(name)
			require.NoError(t, err)
			c.Members = append(c.Members, id)
			c.Clients = append(c.Clients, wire.Identity{Name: id.Name, Sign: id.Sign})
		}
		return c
	}
	d := newDisk()
	f := &faster{disk: d, stream: "votes/s"}
	f.first = func() {
		kept, err := byzantine.JournalVotes(d, "votes").Config(t.Context(), "s", made("s@1"))
		require.NoError(t, err)
		require.Equal(t, "s@1", kept.Group)
	}
	kept, err := byzantine.JournalVotes(f, "votes").Config(t.Context(), "s", made("s@2"))
	require.NoError(t, err)
	assert.Equal(t, "s@1", kept.Group)
	d.mu.fail = func(string) error { return errors.New("the disk is full") }
	_, err = byzantine.JournalVotes(d, "votes").Config(t.Context(), "t", made("t@1"))
	require.ErrorContains(t, err, "full")
}
