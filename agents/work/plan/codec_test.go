// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files of the current schema version")

// examples has one event of each type with every field set, so that a field lost by the codec shows.
func examples() []Event {
	agent := Agent{ID: "reviewer-1", Incarnation: "node-a/7"}
	end := Final{ID: "t1", Kind: "review", At: 1700000009, Accepted: 1700000001, Attempts: []Attempt{
		{Series: 0, N: 1, Token: 3, Agent: agent, Start: 1700000002, Stop: 1700000003, End: EndKilled, Reason: "panic: <nil> & more"},
		{Series: 1, N: 1, Token: 4, Agent: agent, Start: 1700000004, Stop: 1700000009, End: EndDone, Deal: 2, Price: 1_000_000},
	}}
	return []Event{
		Accepted{Task: Task{
			ID: "t1", Kind: "review", Input: json.RawMessage(`{"text":"a<b && c>d \u2028","n":[1,2.50,1e3]}`), Capability: "go", Key: "k1",
			Priority: -5, Attempts: 3, Timeout: time.Minute, Deadline: 1800000000,
		}, At: 1700000001, From: Cursor{Source: "tasks.jsonl", Offset: 4096}},
		Started{ID: "t1", Token: 3, Attempt: 1, Agent: agent, At: 1700000002, Until: 1760000000},
		Failed{ID: "t1", Token: 3, At: 1700000003, End: EndKilled, Reason: "panic: <nil> & more", Until: 1700000004},
		Returned{ID: "t1", Token: 3, At: 1700000003, Reason: "agent draining", Until: 1700000004},
		Offered{ID: "t1", At: 1700000004},
		Done{Final: end, Output: json.RawMessage(`{"findings":["<&>"]}`)},
		Died{Final: end, Cause: CausePoison, Reason: "panic: <nil> & more"},
		Cancelled{Final: end, Reason: "unwanted"},
		Revived{ID: "t1", At: 1700000010, Deadline: 1900000000},
		Forgotten{Before: 1700000011},
		Purged{ID: "t1", At: 1700000012},
		Paused{At: 1700000013, Reason: "maintenance & more"},
		Unpaused{At: 1700000014},
		Called{Call: 7, IDs: []string{"t1", "t2"}, Invited: []Invited{{Agent: agent, Slots: 2}}, At: 1700000015},
		Unsold{Deal: 8, ID: "t2", At: 1700000016, Cause: AboveCeiling, Reason: "3 offers <&> none below 5", Until: 1700000017},
		Voided{Deal: 7, ID: "t1", Agent: agent, Price: 2_500_000, At: 1700000016, Reason: "the agent is gone"},
		Settled{Deal: 7, At: 1700000018},
	}
}

func TestEventsOfVersion1AreReadAndWrittenUnchanged(t *testing.T) {
	const file = "testdata/events/v1.txt"
	if *update {
		var b strings.Builder
		for _, e := range examples() {
			r, err := Encode(e)
			require.NoError(t, err)
			b.WriteString(r.Type + " " + string(r.Data) + "\n")
		}
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	stored, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(stored)), "\n")
	want := examples()
	require.Len(t, lines, len(want))
	require.Len(t, Types(), len(want))
	for i, line := range lines {
		kind, data, _ := strings.Cut(line, " ")
		assert.Equal(t, Types()[i], kind)
		e, err := Decode(Record{Type: kind, Version: 1, Data: []byte(data)})
		require.NoError(t, err)
		assert.Equal(t, want[i], e)
		r, err := Encode(e)
		require.NoError(t, err)
		assert.Equal(t, data, string(r.Data))
	}
}

func TestDecodeRefusesWhatThisReleaseDoesNotKnow(t *testing.T) {
	for _, r := range []Record{{Type: "work.sold", Version: 1}, {Type: TypeDone, Version: 2}, {Type: TypeDone, Version: 0}} {
		_, err := Decode(r)
		require.ErrorIs(t, err, ErrUnknownType)
	}
	_, err := Decode(Record{Type: TypeDone, Version: 1, Data: []byte("{")})
	require.Error(t, err)
	_, err = Encode(nil)
	require.ErrorIs(t, err, ErrUnknownType)
}

func TestApplyRefusesEventsThatDoNotFitAndStaysAsItWas(t *testing.T) {
	q, err := New(Spec{})
	require.NoError(t, err)
	agent := Agent{ID: "a"}
	for _, e := range []Event{
		Accepted{Task: Task{ID: "t1", Kind: "k", Key: "k"}, At: 1},
		Started{ID: "t1", Token: 1, Attempt: 1, Agent: agent, At: 2},
		Accepted{Task: Task{ID: "t2", Kind: "k"}, At: 3},
		Accepted{Task: Task{ID: "t3", Kind: "k"}, At: 3},
		Died{Final: Final{ID: "t3", At: 4}, Cause: CauseDeadline},
	} {
		require.NoError(t, q.Apply(e))
	}
	before := q.Snapshot()
	for _, e := range []Event{
		Accepted{Task: Task{ID: "t1", Kind: "k"}},
		Accepted{Task: Task{ID: "t9", Kind: "k", Key: "k"}},
		Started{ID: "t1", Token: 2},
		Started{ID: "t2", Token: 1},
		Started{ID: "none", Token: 2},
		Failed{ID: "t2", Token: 1},
		Failed{ID: "t1", Token: 9},
		Returned{ID: "t1", Token: 9},
		Offered{ID: "t1"},
		Done{Final: Final{ID: "t2"}},
		Done{Final: Final{ID: "none"}},
		Died{Final: Final{ID: "t3"}},
		Cancelled{Final: Final{ID: "none"}},
		Revived{ID: "t1"},
		Purged{ID: "t1"},
		Purged{ID: "none"},
		Called{Call: 1, IDs: []string{"t2"}},
		Called{Call: 2},
		Called{Call: 2, IDs: []string{"t2", "t2"}},
		Called{Call: 2, IDs: []string{"t1"}},
		Started{ID: "t2", Token: 2, Deal: 2},
		Unsold{Deal: 2, ID: "t2"},
		Voided{Deal: 2, ID: "t2"},
		Settled{Deal: 2},
		&Offered{ID: "t2"}, nil,
	} {
		var h *HistoryError
		require.ErrorAs(t, q.Apply(e), &h, "%T %+v", e, e)
		require.Equal(t, uint64(6), h.Version)
	}
	require.Equal(t, before, q.Snapshot())
}

// snapshotExample is a queue with a task in every state.
func snapshotExample(t testing.TB) *Queue {
	w := newWorld(t, Spec{Backoff: Backoff{Base: time.Second}})
	agent := Agent{ID: "a", Incarnation: "1"}
	for _, cmd := range []Command{
		AgentUp{Agent: agent, Concurrency: 10},
		Submit{Task: Task{ID: "done", Kind: "k", Key: "k1"}},
		Result{Agent: agent, Token: 1},
		Submit{Task: Task{ID: "dead", Kind: "k", Key: "k2"}},
		Failure{Agent: agent, Token: 2, Class: Permanent, Reason: "no"},
		Submit{Task: Task{ID: "cancelled", Kind: "k"}},
		Cancel{ID: "cancelled", Reason: "unwanted"},
		Submit{Task: Task{ID: "waiting", Kind: "k", Input: json.RawMessage(`[1]`)}},
		Failure{Agent: agent, Token: 4, After: time.Minute},
		Submit{Task: Task{ID: "returned", Kind: "k"}},
		Failure{Agent: agent, Token: 5, Class: Undelivered, Reason: "busy"},
		Submit{Task: Task{ID: "running", Kind: "k", Priority: -3, Deadline: base.Add(time.Hour)}, From: Cursor{Source: "f", Offset: 99}},
		Submit{Task: Task{ID: "accepted", Kind: "k", Capability: "none"}},
	} {
		_, err := w.step(cmd)
		require.NoError(t, err)
	}
	return w.q
}

// golden reads a snapshot that an earlier run has written, or writes it.
func golden(t *testing.T, file string, q *Queue) []byte {
	if *update && q != nil {
		require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(q.Snapshot())+"\n"), 0o644))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	stored, err := hex.DecodeString(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return stored
}

// A snapshot of the first layout gives the state that it was made of, as far as that layout goes.
func TestSnapshotOfVersion1IsRead(t *testing.T) {
	back, err := Restore(Spec{Backoff: Backoff{Base: time.Second}}, golden(t, "testdata/snapshot/v1.hex", nil))
	require.NoError(t, err)
	require.Equal(t, snapshotExample(t).Snapshot(), back.Snapshot())
}

func TestSnapshotOfVersion2IsReadAndWrittenUnchanged(t *testing.T) {
	q := snapshotExample(t)
	var step Output
	for _, cmd := range []Command{
		Submit{Task: Task{ID: "purged", Kind: "k", Key: "k3"}},
		Failure{Agent: Agent{ID: "a", Incarnation: "1"}, Token: 7, Class: Permanent},
		Purge{ID: "purged"},
		Trim{Keep: 2},
		Pause{Reason: "night"},
	} {
		require.NoError(t, q.Step(base, rand.NewPCG(1, 2), cmd, &step))
	}
	stored := golden(t, "testdata/snapshot/v2.hex", q)
	require.Equal(t, stored, q.Snapshot())
	back, err := Restore(q.spec, stored)
	require.NoError(t, err)
	require.Equal(t, stored, back.Snapshot())
	require.Equal(t, q.Counts(), back.Counts())
	require.Equal(t, int64(99), back.Cursor("f"))

	// The restored queue still knows its duplicates, by id and by key, and goes on.
	var out Output
	random := rand.NewPCG(1, 2)
	for _, id := range []string{"cancelled", "purged", "k2", "k3"} {
		out.Reset()
		task := Task{ID: id, Kind: "k"}
		if strings.HasPrefix(id, "k") {
			task.ID, task.Key = "other", id
		}
		require.NoError(t, back.Step(base, random, Submit{Task: task}, &out))
		require.Empty(t, out.Events)
	}
	require.ErrorIs(t, back.Step(base, random, Submit{Task: Task{ID: "purged", Kind: "other"}}, &out), ErrConflict)
	require.False(t, back.Knows("done", "k1"))
	require.Equal(t, uint64(1), back.Forgot())
	paused, is := back.Paused()
	require.True(t, is)
	require.Equal(t, "night", paused.Reason)
}

func TestRestoreRefusesDamagedSnapshots(t *testing.T) {
	good := snapshotExample(t).Snapshot()
	for cut := range good {
		_, err := Restore(Spec{}, good[:cut])
		require.ErrorIs(t, err, ErrSnapshot)
	}
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x10
		_, err := Restore(Spec{}, bad)
		require.ErrorIs(t, err, ErrSnapshot, "byte %d", i)
	}
}

// FuzzRestore leaves the checksum out, which would keep every mutation from the decoder.
func FuzzRestore(f *testing.F) {
	good := snapshotExample(f).Snapshot()
	f.Add(good[len(snapshotMagic)+1:len(good)-4], true)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0}, false)
	f.Fuzz(func(t *testing.T, body []byte, newer bool) {
		q, err := New(Spec{})
		require.NoError(t, err)
		version := 1
		if newer {
			version = layout
		}
		if q.restore(&reader{buf: body}, version) == "" {
			_ = q.Snapshot()
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, e := range examples() {
		r, err := Encode(e)
		require.NoError(f, err)
		f.Add(r.Type, r.Data)
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		e, err := Decode(Record{Type: kind, Version: 1, Data: data})
		if err != nil {
			return
		}
		q, err := New(Spec{})
		require.NoError(t, err)
		_ = q.Apply(e) // any event may be refused, none may panic
		r, err := Encode(e)
		require.NoError(t, err)
		again, err := Decode(r)
		require.NoError(t, err)
		r2, err := Encode(again)
		require.NoError(t, err)
		require.Equal(t, string(r.Data), string(r2.Data))
	})
}
