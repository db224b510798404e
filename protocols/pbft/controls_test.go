// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/protocols/pbft/wire"
)

// TestEveryCheckIsNeeded removes one check after another and looks for a schedule that shows it.
func TestEveryCheckIsNeeded(t *testing.T) {
	four := func(traits trait) setting { return setting{n: 4, liars: 1, traits: traits} }
	stormy := func(n int, traits trait) setting {
		return setting{n: n, liars: (n - 1) / 3, traits: traits, storm: true, safety: true}
	}
	tests := []struct {
		name string
		skip skips
		play setting
		from uint64 // where the search begins, near a schedule that is known
	}{
		{"quorum of 2f", skips{quorum2f: true}, four(equivocate), 0},
		{"quorum of 2f+1 at n = 6", skips{quorum2f1: true}, setting{n: 6, liars: 1, traits: equivocate}, 0},
		{"quorum of 2f+1 at n = 5", skips{quorum2f1: true}, setting{n: 5, liars: 1, traits: equivocate}, 0},
		{"members counted twice", skips{distinct: true}, four(equivocate | repeat), 0},
		{"votes of other views", skips{voteView: true}, stormy(4, equivocate|zombie), 6900},
		{"votes for other batches", skips{voteDigest: true}, four(equivocate), 0},
		{"a second batch accepted", skips{secondDigest: true}, four(twins | equivocate | zombie), 0},
		{"batch not compared with its digest", skips{batchDigest: true}, four(mismatch), 0},
		{"requests not authenticated", skips{authentic: true}, four(forger), 0},
		{"watermarks ignored", skips{watermark: true}, four(holes), 0},
		{"proposals of former views", skips{oldView: true}, stormy(4, zombie|equivocate), 0},
		{"votes after a view change", skips{oldVotes: true}, stormy(4, zombie|equivocate), 0},
		{"new view believed", skips{recompute: true}, stormy(4, falseView), 0},
		{"view change believed", skips{certificates: true}, stormy(4, falseView), 0},
		{"view change believed, without signatures on votes", skips{agreed: true}, setting{n: 4, liars: 1, mode: wire.MAC, traits: falseView, storm: true}, 0},
		{"any certificate instead of the highest", skips{highest: true}, stormy(4, equivocate|falseView), 0},
		{"no null operation", skips{nulls: true}, four(holes | equivocate), 0},
		{"sent before stored", skips{persistFirst: true}, stormy(4, equivocate), 7280},
		{"requests executed again", skips{onceOnly: true}, four(doubleSpend), 0},
		{"client window ignored", skips{tooOld: true}, four(stale), 0},
		{"chunks believed", skips{chunks: true}, stormy(4, falseState), 0},
		{"one checkpoint for a certificate", skips{stable: true}, four(falseState), 0},
		{"lost log ignored", skips{amnesia: true}, setting{n: 4, liars: 1, traits: equivocate, storm: true, forgetful: true}, 0},
		{"nobody doubts the primary", skips{timers: true}, four(mute), 0},
		{"first reply believed", skips{oneReply: true}, four(falseReply), 0},
		{"tags as evidence", skips{evidence: true}, setting{n: 4, liars: 1, mode: wire.MAC, traits: equivocate | zombie}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play := func(skip skips) func(uint64) setting {
				return func(seed uint64) setting {
					s := test.play
					s.seed, s.skip = seed, skip
					return s
				}
			}
			seed, err := explore(max(1, test.from), 20_000, play(test.skip))
			if assert.Error(t, err, "no schedule shows that the check is needed") {
				t.Logf("schedule %d: %v", seed, err)
				_, err = explore(seed, 1, play(skips{}))
				assert.NoError(t, err, "the schedule that shows it is one in which all goes well with the check")
			}
		})
	}
}

// TestTooManyLiarsBreakAgreement holds that the harness can see disagreement at all: 2q-n liars are one more than two quorums are sure to outnumber.
func TestTooManyLiarsBreakAgreement(t *testing.T) {
	for _, n := range []int{4, 5, 6, 7, 10} {
		f := (n - 1) / 3
		liars := 2*((n+f)/2+1) - n
		_, err := explore(1, 2000, func(seed uint64) setting {
			return setting{seed: seed, n: n, liars: liars, traits: equivocate, safety: true}
		})
		if assert.Error(t, err, "%d liars of %d", liars, n) {
			assert.Regexp(t, "agreement|two batches are proven", err.Error())
		}
		if liars > f+1 { // fewer cannot break it, whatever else they break
			_, err = explore(1, 300, func(seed uint64) setting {
				return setting{seed: seed, n: n, liars: liars - 1, traits: equivocate, safety: true}
			})
			assert.NoError(t, err, "%d liars of %d", liars-1, n)
		}
	}
}
