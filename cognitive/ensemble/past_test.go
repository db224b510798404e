// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// words are those of agents a, b, c and so on.
func words(classes ...string) (out []Word) {
	for i, c := range classes {
		out = append(out, Word{string(rune('a' + i)), c, 1})
	}
	return out
}

// crowd draws questions of two classes, which members answer rightly as often as their skills say.
func crowd(seed uint64, n int, skills ...float64) (asked []Asked, truth []string) {
	rng := rand.New(rand.NewPCG(seed, 7))
	for i := range n {
		right := rng.IntN(2)
		var said []string
		for _, skill := range skills {
			class := right
			if rng.Float64() >= skill {
				class = 1 - right
			}
			said = append(said, []string{"ham", "spam"}[class])
		}
		asked = append(asked, Asked{ID: fmt.Sprint(seed, "/", i), Subject: "mail", Classes: []string{"ham", "spam"}, Words: words(said...)})
		truth = append(truth, []string{"ham", "spam"}[right])
	}
	return asked, truth
}

// score is the share of questions that a past is right on.
func score(t *testing.T, p *Past, by Method, asked []Asked, truth []string) float64 {
	right := 0
	for i, a := range asked {
		c, err := p.Combine(a, by)
		require.NoError(t, err)
		if c.Class == truth[i] {
			right++
		}
	}
	return float64(right) / float64(len(asked))
}

func TestMembersAreWeighedByWhatWasTrueAndNotByAgreement(t *testing.T) {
	p := NewPast()
	for i := range 15 {
		a := Asked{ID: fmt.Sprint(i), Classes: []string{"yes", "no"}, Words: words("yes", "no", "no")}
		c, err := p.Combine(a, Learned)
		require.NoError(t, err)
		if i == 0 {
			assert.Equal(t, "no", c.Class)
			assert.Equal(t, "heads", c.Method)
		}
		require.NoError(t, p.Ask(a))
		require.NoError(t, p.Tell(a.ID, "yes"))
	}
	c, err := p.Combine(Asked{ID: "x", Classes: []string{"yes", "no"}, Words: words("yes", "no", "no")}, Learned)
	require.NoError(t, err)
	assert.Equal(t, "yes", c.Class)
	assert.Equal(t, "log_odds", c.Method)
	assert.Positive(t, c.Skills[0].Weight)
	assert.Negative(t, c.Skills[1].Weight, "who is always wrong tells the truth by it")
	c, err = p.Combine(Asked{ID: "x", Subject: "other", Classes: []string{"yes", "no"}, Words: words("yes", "no", "no")}, Learned)
	require.NoError(t, err)
	assert.Equal(t, "no", c.Class, "skill in one subject says nothing of another")
}

func TestAnEnsembleThatHasLearnedBeatsItsBestMember(t *testing.T) {
	skills := []float64{0.8, 0.75, 0.72, 0.7, 0.55}
	for _, known := range []int{0, 60, 300} { // questions with a truth: skills of raters, log-odds, and Auto
		p := NewPast()
		asked, truth := crowd(1, 400, skills...)
		for i, a := range asked {
			require.NoError(t, p.Ask(a))
			if i < known {
				require.NoError(t, p.Tell(a.ID, truth[i]))
			}
		}
		asked, truth = crowd(2, 500, skills...)
		best := 0
		for i, a := range asked {
			if a.Words[0].Class == truth[i] {
				best++
			}
		}
		assert.Greater(t, score(t, p, Learned, asked, truth), float64(best)/float64(len(asked)), "%d truths", known)
		c, err := p.Combine(asked[0], Learned)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(c.Method, map[int]string{0: "dawid_skene", 60: "log_odds", 300: "auto: "}[known]), c.Method)
	}
}

func TestTextsAreChosenByMajorityOrElseByLikeness(t *testing.T) {
	p := NewPast()
	c, err := p.Combine(Asked{ID: "1", Texts: true, Words: words("It is Paris.", "it is paris", "London!")}, Learned)
	require.NoError(t, err)
	assert.Equal(t, Combination{Class: "It is Paris.", Confidence: 2.0 / 3, Method: "heads: majority", Skills: c.Skills}, c)
	c, err = p.Combine(Asked{ID: "1", Texts: true, Words: words("the red fox", "the red dog", "a cow")}, Learned)
	require.NoError(t, err)
	assert.Equal(t, "heads: medoid", c.Method)
	assert.Equal(t, "the red fox", c.Class)
	for i := range 12 {
		id := fmt.Sprint(i)
		require.NoError(t, p.Ask(Asked{ID: id, Texts: true, Words: words("so", "not so", "no")}))
		require.NoError(t, p.Tell(id, "No!"))
	}
	c, err = p.Combine(Asked{ID: "2", Texts: true, Words: words("a b", "a b", "z")}, Learned)
	require.NoError(t, err)
	assert.Equal(t, "z", c.Class, "who was right is believed against two who were not")
}

func TestWhatIsPerceivedBadlyCountsLess(t *testing.T) {
	a := Asked{ID: "1", Words: words("cat", "cat", "dog")}
	a.Words[0].Share, a.Words[1].Share = 0.2, 0.2
	c, err := NewPast().Combine(a, Learned)
	require.NoError(t, err)
	assert.Equal(t, "dog", c.Class)
}

func TestTheBestMembersForABudgetAreChosen(t *testing.T) {
	p := NewPast()
	right := []int{19, 18, 16, 15, 14, 13, 12} // of 20
	for i := range 20 {
		var said []string
		for _, r := range right {
			said = append(said, []string{"no", "yes"}[map[bool]int{true: 1}[i < r]])
		}
		id := fmt.Sprint(i)
		require.NoError(t, p.Ask(Asked{ID: id, Words: words(said...)}))
		require.NoError(t, p.Tell(id, "yes"))
	}
	var members []Priced
	for i, cost := range []int64{30, 25, 10, 6, 4, 2, 1} {
		members = append(members, Priced{string(rune('a' + i)), cost})
	}
	for budget, team := range map[int64][]int{20: {2, 3, 4}, 30: {0}, 50: {0, 2, 3, 4}} {
		c, err := p.Choose("", members, budget)
		require.NoError(t, err)
		assert.Equal(t, team, c.Team, "budget %d", budget)
	}
	for i := range 30 {
		members = append(members, Priced{fmt.Sprint("stranger", i), 1000})
	}
	c, err := p.Choose("", members, 30)
	require.NoError(t, err)
	assert.Equal(t, []int{0}, c.Team, "of many those that tell most for their cost are looked at")
	c, err = p.Choose("unheard of", members[:3], 1000)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2}, c.Team)
}

func TestWhatCannotBeCombinedIsRefused(t *testing.T) {
	p := NewPast()
	var spec *SpecError
	for _, bad := range []Asked{
		{},
		{ID: "1"},
		{ID: "1", Words: words("")},
		{ID: "1", Words: append(words("x"), words("x")...)},
		{ID: "1", Classes: []string{"x"}, Words: words("y")},
		{ID: "1", Words: []Word{{"a", "x", 2}}},
	} {
		assert.ErrorAs(t, p.Ask(bad), &spec, "%v", bad)
		_, err := p.Combine(bad, Learned)
		assert.ErrorAs(t, err, &spec, "%v", bad)
	}
	good := Asked{ID: "1", Classes: []string{"x", "y"}, Words: words("x")}
	_, err := p.Combine(good, "magic")
	assert.ErrorAs(t, err, &spec)
	for _, by := range []Method{Raters, Chosen} {
		_, err = p.Combine(good, by)
		assert.ErrorIs(t, err, ErrTooFewOutcomes)
	}
	assert.ErrorIs(t, p.Tell("1", "x"), ErrUnknownQuestion)
	require.NoError(t, p.Ask(good))
	assert.ErrorAs(t, p.Tell("1", ""), &spec)
	assert.ErrorAs(t, p.Tell("1", "z"), &spec)
	require.NoError(t, p.Tell("1", "x"))
	require.NoError(t, p.Tell("1", "x"))
	var told *ToldError
	require.ErrorAs(t, p.Tell("1", "y"), &told)
	assert.Equal(t, ToldError{"1", "x", "y"}, *told)
	assert.Equal(t, "x", p.Truth("1"))
}

// A past keeps the last thousand of each of the last 256 subjects, and nothing of the others.
func TestAPastIsBounded(t *testing.T) {
	p := NewPast()
	for i := range MaxPast + 5 {
		require.NoError(t, p.Ask(Asked{ID: fmt.Sprint(i), Words: words("x")}))
	}
	assert.False(t, p.Knows("4"))
	assert.True(t, p.Knows("5"))
	for i := range MaxSubjects {
		require.NoError(t, p.Ask(Asked{ID: fmt.Sprint("s", i), Subject: fmt.Sprint("s", i), Words: words("x")}))
	}
	assert.False(t, p.Knows("5"))
	assert.Len(t, p.Subjects(), MaxSubjects)
	assert.Len(t, p.where, MaxSubjects)
}

func TestAPastIsTheSameAfterItWasKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, truths := NewPast(), map[string]string{}
		class := rapid.SampledFrom([]string{"x", "y", "z"})
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			id := fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "id"))
			if rapid.Bool().Draw(t, "ask") {
				a := Asked{ID: id, Subject: rapid.SampledFrom([]string{"", "s"}).Draw(t, "subject"), Words: words(class.Draw(t, "a"), class.Draw(t, "b"))}
				require.NoError(t, p.Ask(a))
				if _, ok := truths[id]; !ok {
					truths[id] = ""
				}
				continue
			}
			truth := class.Draw(t, "truth")
			have, known := truths[id]
			err := p.Tell(id, truth)
			if known && (have == "" || have == truth) {
				require.NoError(t, err)
				truths[id] = truth
			} else {
				require.Error(t, err)
			}
		}
		state, err := p.MarshalBinary()
		require.NoError(t, err)
		again := NewPast()
		require.NoError(t, again.UnmarshalBinary(state))
		for id, truth := range truths {
			require.Equal(t, truth, again.Truth(id))
		}
		twice, err := again.MarshalBinary()
		require.NoError(t, err)
		require.True(t, slices.Equal(state, twice))
		for _, name := range p.Subjects() {
			mine, by := p.Skills(name)
			other, same := again.Skills(name)
			require.Equal(t, mine, other)
			require.Equal(t, by, same)
		}
	})
	require.Error(t, NewPast().UnmarshalBinary([]byte("nonsense")))
}
