// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTickDealsWithAThousandAtOnceAndAsksToGoOn(t *testing.T) {
	const n = 2*tickBudget + 7
	q, err := New(Spec{Limit: n})
	require.NoError(t, err)
	random := rand.NewPCG(1, 2)
	var out Output
	for i := range n {
		require.NoError(t, q.Step(base, random, Submit{Task: Task{ID: fmt.Sprint(i), Kind: "k", Deadline: base + 5}}, &out))
	}
	for _, died := range []int{tickBudget, tickBudget, 7} {
		out.Reset()
		require.NoError(t, q.Step(base+5, random, Tick{}, &out))
		require.Len(t, out.Events, died)
		last, more := out.Effects[len(out.Effects)-1].(Arm)
		require.Equal(t, died == tickBudget, more)
		if more {
			require.Equal(t, base+5, last.At)
		}
	}
	require.Equal(t, n, q.Counts().Dead)
	require.Zero(t, q.Counts().Open())
}

func TestDecideChangesNothing(t *testing.T) {
	w := newWorld(t, Spec{})
	agent := Agent{ID: "a", Incarnation: "1"}
	for i := range 5 {
		_, err := w.step(Submit{Task: Task{ID: fmt.Sprint(i), Kind: "k", Deadline: base.Add(time.Hour)}})
		require.NoError(t, err)
	}
	_, err := w.step(AgentUp{Agent: agent, Concurrency: 2})
	require.NoError(t, err)
	snapshot, workers, counts := w.q.Snapshot(), w.q.Workers(), w.q.Counts()
	for _, cmd := range []Command{
		Submit{Task: Task{ID: "new", Kind: "k"}},
		Submit{Task: Task{ID: "1", Kind: "k"}},
		Pick{},
		Result{Agent: agent, Token: 1},
		Result{Agent: agent, Token: 9},
		Failure{Agent: agent, Token: 2},
		AgentUp{Agent: Agent{ID: "a", Incarnation: "2"}},
		AgentDown{Agent: agent, Crashed: true},
		AgentDraining{Agent: agent},
		Tick{},
		Cancel{ID: "0"},
		Cancel{ID: "4"},
		Recover{},
		Drain{},
		Forget{Before: base.Add(time.Hour)},
	} {
		var out Output
		require.NoError(t, w.q.Decide(base.Add(2*time.Hour), w.random, cmd, &out))
		require.Equal(t, snapshot, w.q.Snapshot(), "%T", cmd)
		require.Equal(t, workers, w.q.Workers(), "%T", cmd)
		require.Equal(t, counts, w.q.Counts(), "%T", cmd)
	}
	require.Error(t, w.q.Decide(base, w.random, &Tick{}, &Output{}))
	require.Error(t, w.q.Decide(base, w.random, nil, &Output{}))
}

func TestQueueOwnsItsBytes(t *testing.T) {
	w := newWorld(t, Spec{})
	input, output := []byte(`{"n":1}`), []byte(`{"ok":1}`)
	_, err := w.step(Submit{Task: Task{ID: "a", Kind: "k", Input: input}})
	require.NoError(t, err)
	copy(input, `{"n":2}`)
	out, err := w.step(AgentUp{Agent: Agent{ID: "x"}})
	require.NoError(t, err)
	require.Equal(t, json.RawMessage(`{"n":1}`), out.Effects[0].(Dispatch).Task.Input)
	out, err = w.step(Result{Agent: Agent{ID: "x"}, Token: 1, Output: output})
	require.NoError(t, err)
	copy(output, `{"ok":2}`)
	require.Equal(t, json.RawMessage(`{"ok":1}`), out.Events[0].(Done).Output)
}

func TestReasonsAreJournaledAsValidBoundedText(t *testing.T) {
	w := newWorld(t, Spec{})
	_, err := w.step(Submit{Task: Task{ID: "a", Kind: "k"}})
	require.NoError(t, err)
	_, err = w.step(AgentUp{Agent: Agent{ID: "x"}})
	require.NoError(t, err)
	_, err = w.step(Failure{Agent: Agent{ID: "x"}, Token: 1, Class: Permanent, Reason: "\xff" + strings.Repeat("ä", 1<<20)})
	require.NoError(t, err)
	require.Equal(t, w.q.Snapshot(), replayed(t, Spec{}, w.journal).Snapshot())
	v, _ := w.q.Lookup("a")
	require.Less(t, len(v.Reason), maxReason+10)
}

func TestAgentWithoutAUsableIDIsRefused(t *testing.T) {
	w := newWorld(t, Spec{})
	for _, a := range []Agent{{}, {ID: "\xff"}, {ID: strings.Repeat("x", MaxName+1)}, {ID: "a", Incarnation: "\xff"}} {
		_, err := w.step(AgentUp{Agent: a})
		require.ErrorIs(t, err, ErrAgent)
	}
}

func TestSettingsChangedBetweenRunsDoNotChangeTheRebuiltState(t *testing.T) {
	w := newWorld(t, Spec{})
	for _, cmd := range []Command{
		AgentUp{Agent: Agent{ID: "x"}},
		Submit{Task: Task{ID: "a", Kind: "k"}},
		Submit{Task: Task{ID: "b", Kind: "k", Priority: 9}},
		Failure{Agent: Agent{ID: "x"}, Token: 1},
	} {
		_, err := w.step(cmd)
		require.NoError(t, err)
	}
	other := Spec{Policy: PowerOfTwo, Limit: 1, InputLimit: 1, Attempts: 1, Timeout: -1, Ageing: -1, Poison: 1, Duplicates: Refuse}
	require.Equal(t, w.q.Snapshot(), replayed(t, other, w.journal).Snapshot())
}

func TestBackoffStaysWithinItsBounds(t *testing.T) {
	random := rand.NewPCG(7, 7)
	b := Spec{}.withDefaults().Backoff
	for n := range 200 {
		longest := 10 * time.Second
		if n >= 1 && n < 8 {
			longest = min(longest, 100*time.Millisecond<<(n-1))
		}
		for range 50 {
			w := b.wait(n, random)
			require.GreaterOrEqual(t, w, time.Duration(0))
			require.LessOrEqual(t, w, longest, "attempt %d", n)
		}
	}
	require.Zero(t, Backoff{Base: -1}.wait(3, random))
}

func TestInstantsAreSafeAtTheEdges(t *testing.T) {
	require.Zero(t, At(time.Time{}))
	require.True(t, Instant(0).Time().IsZero())
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	require.Equal(t, at, At(at).Time())
	require.Greater(t, Instant(1<<62).Add(1<<62+1<<61), Instant(1<<62))
	require.Zero(t, Instant(5).Sub(0))
}
