// SPDX-License-Identifier: Apache-2.0

package election

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func again(t require.TestingT, e *Election) *Election {
	data, err := json.Marshal(e)
	require.NoError(t, err)
	f := new(Election)
	require.NoError(t, json.Unmarshal(data, f))
	return f
}

// naive is the rule itself: a list of who stands, and who leads.
type naive struct {
	stands []Candidacy // in the order in which they came
	leader string
	until  time.Time
	margin int
}

func (n *naive) drop(who string) {
	for i, c := range n.stands {
		if c.Candidate == who {
			n.stands = append(n.stands[:i:i], n.stands[i+1:]...)
			break
		}
	}
	if n.leader == who {
		n.leader, n.until = "", time.Time{}
	}
}

func (n *naive) settle(now time.Time) {
	best, health := "", 0
	for _, c := range n.stands {
		if c.Candidate == n.leader {
			continue
		}
		if best == "" || c.Health > health {
			best, health = c.Candidate, c.Health
		}
	}
	for _, c := range n.stands {
		if c.Candidate == n.leader && (n.margin == 0 || health-c.Health < n.margin) {
			return
		}
	}
	if best == "" {
		return
	}
	n.leader, n.until = best, time.Time{}
	for _, c := range n.stands {
		if c.Candidate == best && c.TTL > 0 {
			n.until = now.Add(c.TTL)
		}
	}
}

func (n *naive) tick(now time.Time) {
	if !n.until.IsZero() && !n.until.After(now) {
		n.drop(n.leader)
		n.settle(now)
	}
}

// Whatever candidates do: the leader is the one of the naive rule, terms rise with each election, one ends before the next begins, and nobody acts
// in an old one.
func TestTermsRiseAndOneIsValidAtATime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		margin := rapid.IntRange(0, 2).Draw(t, "margin")
		e, err := New(Spec{Margin: margin})
		require.NoError(t, err)
		n, now, ids := &naive{margin: margin}, birth, 0
		who := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan"})
		var terms []Term
		valid := Term{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			var out []Effect
			n.tick(now)
			leader, term := e.Leader()
			switch rapid.IntRange(0, 8).Draw(t, "what") {
			case 0, 1, 2, 3:
				ids++
				c := Candidacy{ID: fmt.Sprint(ids), Candidate: who.Draw(t, "who"), Health: rapid.IntRange(0, 4).Draw(t, "health")}
				if rapid.Bool().Draw(t, "lease") {
					c.TTL = 3 * time.Second
				}
				known := false
				for i := range n.stands {
					if n.stands[i].Candidate == c.Candidate {
						known, n.stands[i].Health = true, c.Health
					}
				}
				if !known {
					n.stands = append(n.stands, c)
				}
				n.settle(now)
				out, err = e.Campaign(now, c)
				require.NoError(t, err)
			case 4:
				w := who.Draw(t, "who")
				n.drop(w)
				n.settle(now)
				out = e.Down(now, w)
			case 5:
				now = now.Add(time.Second)
				n.tick(now)
				out = e.Tick(now)
			case 6:
				if leader != "" {
					n.drop(leader)
					n.settle(now)
					out, err = e.Resign(now, leader, term)
					require.NoError(t, err)
				}
			case 7:
				if leader != "" {
					_, err = e.Renew(now, leader, term, 3*time.Second)
					require.NoError(t, err)
					n.until = now.Add(3 * time.Second)
					for i := range n.stands {
						if n.stands[i].Candidate == leader {
							n.stands[i].TTL = 3 * time.Second
						}
					}
				}
			default:
				for _, old := range terms {
					if old != valid {
						require.ErrorIs(t, e.Check(now, old), ErrNotLeader)
						_, err := e.Resign(now, leader, old)
						require.ErrorIs(t, err, ErrNotLeader)
						_, err = e.Renew(now, leader, old, time.Hour)
						require.ErrorIs(t, err, ErrNotLeader)
					}
				}
			}
			for _, f := range out {
				switch {
				case f.Kind == Deposed:
					require.Equal(t, valid, f.Term)
					valid = Term{}
				case f.Kind == Elected && f.Term != valid:
					require.True(t, valid.IsZero(), "two terms at a time")
					if len(terms) > 0 {
						require.Positive(t, f.Term.Compare(terms[len(terms)-1]))
					}
					valid = f.Term
					terms = append(terms, valid)
				}
			}
			got, term := e.Leader()
			require.Equal(t, n.leader, got)
			if got != "" {
				require.Equal(t, valid, term)
				require.NoError(t, e.Check(now, valid))
				require.Equal(t, n.until, e.Until())
			}
			require.Len(t, e.Candidates(), len(n.stands))
			if rapid.IntRange(0, 3).Draw(t, "restored") == 0 {
				e = again(t, e)
			}
			if rapid.IntRange(0, 9).Draw(t, "rebuilt") == 0 && got == "" {
				e.Rebuilt(0)
			}
		}
	})
}

func TestWhatNoElectionCanBe(t *testing.T) {
	_, err := New(Spec{Margin: -1})
	require.ErrorIs(t, err, ErrInvalid)
	e, err := New(Spec{})
	require.NoError(t, err)
	for _, c := range []Candidacy{{}, {ID: "1"}, {Candidate: "ann"}, {ID: "1", Candidate: "ann", TTL: -1}} {
		_, err = e.Campaign(birth, c)
		require.ErrorIs(t, err, ErrInvalid)
	}
	_, err = e.Withdraw(birth, "ann")
	require.ErrorIs(t, err, ErrNotCandidate)
	out, err := e.Campaign(birth, Candidacy{ID: "1", Candidate: "ann"})
	require.NoError(t, err)
	_, err = e.Renew(birth, "ann", out[0].Term, -1)
	require.ErrorIs(t, err, ErrInvalid)
	var not *NotLeaderError
	_, err = e.Resign(birth, "bob", out[0].Term)
	require.ErrorAs(t, err, &not)
	require.Equal(t, "ann", not.Leader)
	require.ErrorIs(t, new(Election).UnmarshalJSON([]byte(`{}`)), ErrInvalid)
}
