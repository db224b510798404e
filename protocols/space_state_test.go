// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/lock"
)

var birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// A campaign is won while its caller gives up: the office is given back.
func TestAnOfficeThatNobodyHeardOfIsGivenBack(t *testing.T) {
	s := newSpaceState(lock.Options{}, 16)
	s.step(birth, &spaceInput{Op: opOpen})
	out := s.step(birth, &spaceInput{Op: opCampaign, ID: "1", Owner: "ann", Name: "chief", Wait: true})
	require.Equal(t, "ann", out[0].answer.Leader)
	s.step(birth, &spaceInput{Op: opCampaign, ID: "2", Owner: "bob", Name: "chief", Wait: true})
	s.step(birth, &spaceInput{Op: opCancel, Target: "1"})
	who, _ := s.elections["chief"].Leader()
	require.Equal(t, "bob", who)
	s.step(birth, &spaceInput{Op: opCancel, Target: "1"})
	who, _ = s.elections["chief"].Leader()
	require.Equal(t, "bob", who, "once")
}

// Whatever is asked, in its encoding or out of it: the state goes on the same, nothing panics, and a request is answered once unless it is asked again.
func TestAStateGoesOnTheSameThroughItsEncoding(t *testing.T) {
	ops := []spaceOp{
		opTick, opDown, opCancel, opAcquire, opRelease, opRenew, opDowngrade, opResize, opArrive, opRegister, opQuit, opReset, opAwait, opCount,
		opCampaign, opResign, opExtend, opWithdraw, opAdd, opSwap, opOpen, "nonsense",
	}
	rapid.Check(t, func(t *rapid.T) {
		one, now, ids := newSpaceState(lock.Options{}, 4), birth, 0
		two := newSpaceState(lock.Options{}, 4)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
			ids++
			in := spaceInput{
				Op: rapid.SampledFrom(ops).Draw(t, "op"), ID: fmt.Sprint(ids), Owner: rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "owner"),
				Name: rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "name"), Target: fmt.Sprint(rapid.IntRange(0, ids).Draw(t, "target")),
				N: rapid.Int64Range(-1, 3).Draw(t, "n"), For: time.Duration(rapid.IntRange(-1, 3).Draw(t, "for")) * time.Second,
				Wait: rapid.Bool().Draw(t, "wait"), Health: rapid.IntRange(0, 2).Draw(t, "health"), Generation: rapid.Uint64Range(0, 2).Draw(t, "generation"),
				Token: lock.Token{Epoch: one.epoch, Seq: rapid.Uint64Range(0, 9).Draw(t, "seq")}, Side: side(rapid.IntRange(0, 2).Draw(t, "side")),
				Cold: rapid.IntRange(0, 9).Draw(t, "cold") == 0,
			}
			if rapid.IntRange(0, 9).Draw(t, "again") == 0 {
				in.ID = fmt.Sprint(rapid.IntRange(1, ids).Draw(t, "id"))
			}
			switch in.Op {
			case opAcquire:
				in.Lock = &lock.Request{ID: in.ID, Owner: in.Owner, Name: in.Name, Mode: lock.Mode(rapid.IntRange(0, 2).Draw(t, "mode")), Wait: in.For}
				if in.Lock.Mode == lock.Permits {
					in.Lock.Size = 2
				}
			case opArrive, opRegister, opQuit, opReset:
				in.Barrier = &barrier.Spec{Kind: barrier.Kind(rapid.IntRange(0, 2).Draw(t, "kind")), Parties: rapid.IntRange(0, 2).Draw(t, "parties")}
			case opAdd, opSwap:
				in.Old = rapid.Int64Range(-1, 3).Draw(t, "old")
				if rapid.Bool().Draw(t, "bounded") {
					in.Bounds = &[2]int64{-1, 2}
				}
			default:
			}
			first, second := one.step(now, &in), two.step(now, &in)
			require.Equal(t, append([]spaceOutput{}, first...), append([]spaceOutput{}, second...))
			one.told()
			two.told()
			data, err := one.encode()
			require.NoError(t, err)
			two, err = decodeSpace(data, 4)
			require.NoError(t, err)
			if rapid.Bool().Draw(t, "both") {
				one, err = decodeSpace(data, 4)
				require.NoError(t, err)
			}
		}
	})
	for _, text := range []string{`{`, `{"version":2}`, `{"version":1,"locks":{}}`} {
		_, err := decodeSpace([]byte(text), 4)
		require.Error(t, err, text)
	}
}
