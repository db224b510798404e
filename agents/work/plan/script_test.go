// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/balance"
)

// script runs the commands of a testdata file against one queue. Time starts at zero and is set with at=DURATION on any command. Every command prints the events
// to journal, one line each, and then the effects, marked with an arrow. After every command the queue is rebuilt from the journal, through the codec, and must be
// equal to the live one.
type script struct {
	t       *testing.T
	q       *Queue
	spec    Spec
	now     Instant
	random  rand.Source
	journal []Record
}

// base keeps instants of scripts away from zero, which means never.
const base = Instant(1_000_000 * time.Second)

func TestScriptsGiveTheEventsAndEffectsWrittenDown(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		s := &script{t: t, now: base, random: rand.NewPCG(1, 2)}
		s.q, _ = New(Spec{})
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s.t = t
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				if line = strings.TrimSpace(line); line != "" {
					fmt.Fprintf(&out, "# %s\n", line)
					out.WriteString(s.run(line))
				}
			}
			return out.String()
		})
	})
}

// words splits a command line into positional words and key=value arguments; JSON values hold no spaces in scripts.
func words(line string) (pos []string, args map[string]string) {
	args = map[string]string{}
	for _, w := range strings.Fields(line) {
		if key, value, ok := strings.Cut(w, "="); ok && !strings.HasPrefix(w, "{") {
			args[key] = value
		} else {
			pos = append(pos, w)
		}
	}
	return pos, args
}

func (s *script) run(line string) string {
	pos, args := words(line)
	number := func(key string) int {
		n, err := strconv.Atoi(args[key])
		if args[key] != "" {
			require.NoError(s.t, err)
		}
		return n
	}
	span := func(key string) time.Duration {
		if args[key] == "" {
			return 0
		}
		d, err := time.ParseDuration(args[key])
		require.NoError(s.t, err)
		return d
	}
	when := func(key string) Instant {
		if args[key] == "" {
			return 0
		}
		return base.Add(span(key))
	}
	agent := func(i int) Agent {
		id, incarnation, _ := strings.Cut(pos[i], "@")
		return Agent{ID: id, Incarnation: incarnation}
	}
	token := func(i int) Token {
		n, err := strconv.ParseUint(pos[i], 10, 64)
		require.NoError(s.t, err)
		return Token(n)
	}
	if args["at"] != "" {
		s.now = when("at")
	}
	quota := func(text string) Quota { // concurrency:rate:burst
		parts := strings.Split(text, ":")
		require.Len(s.t, parts, 3)
		most, err := strconv.Atoi(parts[0])
		require.NoError(s.t, err)
		rate, err := strconv.ParseFloat(parts[1], 64)
		require.NoError(s.t, err)
		burst, err := strconv.Atoi(parts[2])
		require.NoError(s.t, err)
		return Quota{Concurrency: most, Rate: rate, Burst: burst}
	}
	switch pos[0] {
	case "spec":
		s.spec = Spec{
			Policy: Policy(args["policy"]), Duplicates: Duplicates(args["duplicates"]), Limit: number("limit"), Attempts: number("attempts"),
			Timeout: span("timeout"), Ageing: span("ageing"), Grace: span("grace"), Poison: number("poison"),
			Backoff: Backoff{Base: span("backoff")},
		}
		s.spec.Procurement = Procurement{Batch: number("batch"), Rounds: number("rounds"), Fallback: Policy(args["fallback"])}
		if text := args["agents"]; text != "" {
			s.spec.Agents = quota(text)
		}
		if kind, text, ok := strings.Cut(args["kind"], ":"); ok {
			s.spec.Kinds = map[string]Quota{kind: quota(text)}
		}
		if kind, need, ok := strings.Cut(args["requires"], ":"); ok {
			s.spec.Requires = map[string]string{kind: need}
		}
		q, err := New(s.spec)
		if err != nil {
			return "error: " + strings.ReplaceAll(err.Error(), "\n", "\nerror: ") + "\n"
		}
		s.q, s.journal = q, nil
		return ""
	case "submit":
		var from Cursor
		if args["offset"] != "" {
			from = Cursor{Source: "file", Offset: int64(number("offset"))}
		}
		kind := args["kind"]
		if kind == "" {
			kind = "work"
		}
		var past *Past
		if state := args["past"]; state != "" {
			same := Task{Kind: kind}
			past = &Past{ID: pos[1], Digest: same.Digest(), State: StateDone, Version: 3}
		}
		return s.step(Submit{Ticket: uint64(number("ticket")), From: from, Past: past, Task: Task{
			ID: pos[1], Kind: kind, Input: json.RawMessage(args["input"]), Capability: args["cap"], Key: args["key"],
			Priority: number("prio"), Attempts: number("attempts"), Timeout: span("timeout"), Deadline: when("deadline"),
		}})
	case "up":
		var offered []string
		if args["caps"] != "" {
			offered = strings.Split(args["caps"], ",")
		}
		return s.step(AgentUp{Agent: agent(1), Kind: "test", Capabilities: offered, Concurrency: number("slots"), Weight: float64(number("weight"))})
	case "standing":
		a := AgentStanding{Agent: agent(1), Rank: number("rank"), Slowness: float64(span("slow")), Out: args["out"] != ""}
		if args["out"] == "health" {
			a.Because = balance.ByHealth
		}
		return s.step(a)
	case "down":
		return s.step(AgentDown{Agent: agent(1), Reason: args["reason"], Crashed: args["crashed"] != "", Culprit: args["culprit"]})
	case "draining":
		return s.step(AgentDraining{Agent: agent(1), Finish: args["finish"] != ""})
	case "result":
		return s.step(Result{Agent: agent(1), Token: token(2), Output: json.RawMessage(args["output"])})
	case "failure":
		return s.step(Failure{Agent: agent(1), Token: token(2), Class: Class(args["class"]), Reason: args["reason"], After: span("after")})
	case "award": // award CALL PLACE:AGENT:PRICE... cause=...
		a := Award{Call: token(1), Cause: NoAward(args["cause"]), Reason: args["reason"]}
		for _, text := range pos[2:] {
			parts := strings.Split(text, ":")
			require.Len(s.t, parts, 3)
			place, err := strconv.Atoi(parts[0])
			require.NoError(s.t, err)
			price, err := strconv.ParseInt(parts[2], 10, 64)
			require.NoError(s.t, err)
			a.Winners = append(a.Winners, Winner{Task: place, Agent: parts[1], Price: price})
		}
		return s.step(a)
	case "settled":
		return s.step(SettlementDone{Deal: token(1)})
	case "tick":
		return s.step(Tick{})
	case "cancel":
		return s.step(Cancel{ID: pos[1], Reason: args["reason"]})
	case "revive":
		return s.step(Revive{ID: pos[1], Deadline: when("deadline")})
	case "recover":
		return s.step(Recover{})
	case "drain":
		return s.step(Drain{})
	case "forget":
		return s.step(Forget{Before: when("before")})
	case "trim":
		return s.step(Trim{Keep: number("keep")})
	case "purge":
		return s.step(Purge{ID: pos[1]})
	case "pause":
		return s.step(Pause{Reason: args["reason"]})
	case "resume":
		return s.step(Unpause{})
	case "restart":
		s.q = s.replay()
		return ""
	case "show":
		return s.show()
	}
	s.t.Fatalf("unknown command %q", line)
	return ""
}

func (s *script) step(cmd Command) string {
	var out Output
	err := s.q.Step(s.now, s.random, cmd, &out)
	if err != nil {
		require.Empty(s.t, out.Events)
		return "error: " + strings.ReplaceAll(err.Error(), "\n", "\nerror: ") + "\n"
	}
	for _, e := range out.Events {
		r, err := Encode(e)
		require.NoError(s.t, err)
		s.journal = append(s.journal, r)
	}
	require.Equal(s.t, s.q.Snapshot(), s.replay().Snapshot(), "state rebuilt from the journal")
	restored, err := Restore(s.spec, s.q.Snapshot())
	require.NoError(s.t, err)
	require.Equal(s.t, s.q.Snapshot(), restored.Snapshot(), "state restored from the snapshot")
	return format(&out)
}

func (s *script) replay() *Queue {
	q, err := New(s.spec)
	require.NoError(s.t, err)
	for _, r := range s.journal {
		e, err := Decode(r)
		require.NoError(s.t, err)
		require.NoError(s.t, q.Apply(e))
	}
	return q
}

func (s *script) show() string {
	var b strings.Builder
	c := s.q.Counts()
	fmt.Fprintf(&b, "accepted %d running %d waiting %d done %d dead %d cancelled %d late %d merged %d room %d\n",
		c.Accepted, c.Running, c.Waiting, c.Done, c.Dead, c.Cancelled, c.Late, c.Merged, s.q.Room())
	var ids []string
	for id := range s.q.records {
		ids = append(ids, id)
	}
	for id := range s.q.finished {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		v, _ := s.q.Lookup(id)
		fmt.Fprintf(&b, "task %s: %s", v.ID, v.State)
		if v.Agent.ID != "" {
			fmt.Fprintf(&b, " attempt %d on %s", v.Attempt, name(v.Agent))
		}
		if v.Reason != "" {
			fmt.Fprintf(&b, " (%s)", v.Reason)
		}
		fmt.Fprintln(&b)
		for _, a := range v.Attempts {
			fmt.Fprintf(&b, "  %s\n", attemptText(a))
		}
	}
	for _, w := range s.q.Workers() {
		fmt.Fprintf(&b, "agent %s: %d of %d", name(w.Agent), w.Held, w.Slots)
		if w.Draining {
			b.WriteString(" draining")
		}
		if w.Condemned {
			b.WriteString(" condemned")
		}
		if w.Resting {
			b.WriteString(" resting")
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func name(a Agent) string { return a.ID + "@" + a.Incarnation }

func clock(i Instant) string {
	if i == 0 {
		return "never"
	}
	return i.Sub(base).String()
}

func attemptText(a Attempt) string {
	text := fmt.Sprintf("attempt %d.%d token %d on %s %s..%s %s", a.Series, a.N, a.Token, name(a.Agent), clock(a.Start), clock(a.Stop), a.End)
	if a.Reason != "" {
		text += " (" + a.Reason + ")"
	}
	return text
}

func format(out *Output) string {
	var b strings.Builder
	for _, e := range out.Events {
		switch e := e.(type) {
		case Accepted:
			fmt.Fprintf(&b, "accepted %s", e.Task.ID)
			if e.Task.Deadline != 0 {
				fmt.Fprintf(&b, " deadline %s", clock(e.Task.Deadline))
			}
		case Started:
			fmt.Fprintf(&b, "started %s attempt %d token %d on %s until %s", e.ID, e.Attempt, e.Token, name(e.Agent), clock(e.Until))
			if e.Deal != 0 {
				fmt.Fprintf(&b, " deal %d price %d", e.Deal, e.Price)
			}
		case Failed:
			fmt.Fprintf(&b, "failed %s token %d %s (%s) until %s", e.ID, e.Token, e.End, e.Reason, clock(e.Until))
		case Returned:
			fmt.Fprintf(&b, "returned %s token %d (%s) until %s", e.ID, e.Token, e.Reason, clock(e.Until))
		case Offered:
			fmt.Fprintf(&b, "offered %s", e.ID)
		case Done:
			fmt.Fprintf(&b, "done %s output %s after %d attempts", e.ID, e.Output, len(e.Attempts))
		case Died:
			fmt.Fprintf(&b, "died %s cause %s (%s) after %d attempts", e.ID, e.Cause, e.Reason, len(e.Attempts))
		case Cancelled:
			fmt.Fprintf(&b, "cancelled %s (%s) after %d attempts", e.ID, e.Reason, len(e.Attempts))
		case Revived:
			fmt.Fprintf(&b, "revived %s deadline %s", e.ID, clock(e.Deadline))
		case Forgotten:
			fmt.Fprintf(&b, "forgotten before %s", clock(e.Before))
			if e.First > 0 {
				fmt.Fprintf(&b, ", the first %d", e.First)
			}
		case Purged:
			fmt.Fprintf(&b, "purged %s", e.ID)
		case Paused:
			fmt.Fprintf(&b, "paused (%s)", e.Reason)
		case Unpaused:
			b.WriteString("unpaused")
		case Called:
			fmt.Fprintf(&b, "called %d for %v:", e.Call, e.IDs)
			for _, i := range e.Invited {
				fmt.Fprintf(&b, " %s x%d", name(i.Agent), i.Slots)
			}
		case Unsold:
			fmt.Fprintf(&b, "unsold %d %s %s (%s) until %s", e.Deal, e.ID, e.Cause, e.Reason, clock(e.Until))
		case Voided:
			fmt.Fprintf(&b, "voided %d %s on %s price %d (%s)", e.Deal, e.ID, name(e.Agent), e.Price, e.Reason)
		case Settled:
			fmt.Fprintf(&b, "settled %d", e.Deal)
		}
		fmt.Fprintln(&b)
	}
	for _, f := range out.Effects {
		switch f := f.(type) {
		case Ack:
			fmt.Fprintf(&b, "-> ack %d %s %s", f.Ticket, f.ID, f.State)
			if f.Duplicate {
				fmt.Fprintf(&b, " duplicate version %d", f.Version)
			}
		case Dispatch:
			fmt.Fprintf(&b, "-> dispatch %s attempt %d token %d to %s", f.Task.ID, f.Attempt, f.Token, name(f.Agent))
		case Procure:
			fmt.Fprintf(&b, "-> procure %d %v again %v:", f.Call, f.IDs, f.Again)
			for _, t := range f.Tasks {
				fmt.Fprintf(&b, " %q", t.ID)
			}
		case Settle:
			fmt.Fprintf(&b, "-> settle %d %s on %s price %d %s %s..%s", f.Deal, f.ID, name(f.Agent), f.Price, f.Verdict, clock(f.Started), clock(f.Ended))
		case Recall:
			fmt.Fprintf(&b, "-> recall %s token %d from %s (%s)", f.ID, f.Token, name(f.Agent), f.Reason)
		case Condemn:
			fmt.Fprintf(&b, "-> condemn %s (%s)", name(f.Agent), f.Reason)
		case Ask:
			fmt.Fprintf(&b, "-> ask %s token %d for %s", name(f.Agent), f.Token, f.ID)
		case Emit:
			fmt.Fprintf(&b, "-> emit %d %s %s", f.Version, f.Outcome.ID, f.Outcome.State)
			for _, a := range f.Outcome.Attempts {
				fmt.Fprintf(&b, "\n     %s", attemptText(a))
			}
		case DeadLetter:
			fmt.Fprintf(&b, "-> dead letter %s %s", f.ID, f.Cause)
		case Arm:
			fmt.Fprintf(&b, "-> arm %s", clock(f.At))
		case Wake:
			b.WriteString("-> wake sources")
		case Late:
			fmt.Fprintf(&b, "-> late token %d from %s", f.Token, name(f.Agent))
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}
