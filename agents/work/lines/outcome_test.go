// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/plan"
)

func outcomeExample() plan.Outcome {
	agent := plan.Agent{ID: "reviewer-1", Incarnation: "n/3"}
	return plan.Outcome{
		ID: "net/http", Kind: "review", State: plan.StateDone, Output: json.RawMessage(`{"text":"a<b","n":1.50}`),
		Accepted: now, Ended: now.Add(3 * time.Second),
		Attempts: []plan.Attempt{
			{N: 1, Token: 4, Agent: agent, Start: now.Add(time.Second), Stop: now.Add(1500 * time.Millisecond), End: plan.EndKilled, Reason: "panic: <nil>"},
			{N: 2, Token: 9, Agent: plan.Agent{ID: "reviewer-2"}, Start: now.Add(2 * time.Second), Stop: now.Add(3 * time.Second), End: plan.EndDone},
		},
	}
}

func TestOutcomeLineTellsTheWholeStory(t *testing.T) {
	line, err := AppendOutcome(nil, 17, outcomeExample())
	require.NoError(t, err)
	require.Equal(t, `{"id":"net/http","kind":"review","outcome":"done","output":{"text":"a<b","n":1.50},"agent":"reviewer-2","seconds":1,"waited":2,`+
		`"attempts":[{"n":1,"agent":"reviewer-1","end":"killed","reason":"panic: <nil>","seconds":0.5},`+
		`{"n":2,"agent":"reviewer-2","end":"done","seconds":1}],"position":17}`+"\n", string(line))

	o, err := ParseOutcome(line)
	require.NoError(t, err)
	require.Equal(t, "done", o.Outcome)
	require.Len(t, o.Attempts, 2)

	dead := plan.Outcome{ID: "x", Kind: "k", State: plan.StateDead, Cause: plan.CauseDeadline, Reason: "late", Accepted: now, Ended: now.Add(time.Second)}
	line, err = AppendOutcome(line[:0], 18, dead)
	require.NoError(t, err)
	require.Equal(t, `{"id":"x","kind":"k","outcome":"dead","cause":"deadline","reason":"late","seconds":0,"waited":1,"attempts":[],"position":18}`+"\n", string(line))

	_, err = AppendOutcome(nil, 1, plan.Outcome{ID: "x", Output: json.RawMessage(`{`)})
	require.Error(t, err)
	_, err = ParseOutcome([]byte(`{}`))
	require.Error(t, err)
}

func TestTailFindsTheLastWholeLineAtEveryCut(t *testing.T) {
	var file []byte
	var ends []int64
	for position := range uint64(4) {
		o := outcomeExample()
		o.Output = json.RawMessage(`"` + strings.Repeat("x", int(position)*40_000) + `"`) // lines longer than a block
		var err error
		file, err = AppendOutcome(file, position+1, o)
		require.NoError(t, err)
		ends = append(ends, int64(len(file)))
	}
	for cut := 0; cut <= len(file); cut += 997 {
		whole := 0
		for whole < len(ends) && ends[whole] <= int64(cut) {
			whole++
		}
		position, end, err := Tail(strings.NewReader(string(file[:cut])), int64(cut))
		require.NoError(t, err)
		require.Equal(t, uint64(whole), position)
		if whole > 0 {
			require.Equal(t, ends[whole-1], end)
		}
	}
	_, _, err := Tail(strings.NewReader("not ours\n"), 9)
	require.Error(t, err)
	_, _, err = Tail(strings.NewReader("short"), 9)
	require.Error(t, err)
}

func FuzzParseOutcome(f *testing.F) {
	line, err := AppendOutcome(nil, 17, outcomeExample())
	require.NoError(f, err)
	f.Add(line)
	f.Fuzz(func(t *testing.T, line []byte) {
		o, err := ParseOutcome(line)
		if err == nil && (o.ID == "" || o.Outcome == "") {
			t.Fatalf("empty outcome from %q", line)
		}
		_, _, _ = Tail(strings.NewReader(string(line)), int64(len(line)))
	})
}
