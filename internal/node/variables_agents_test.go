// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/node"
	"mabeam.dev/telemetry"
)

const shared = `version: 1
node: {name: n1, data: DIR/data}
surfaces: {listen: off, socket: off}
variables:
  spaces:
  - space: tuning
    variables:
    - {variable: a, kind: float, min: 0, max: 1, initial: 0.5}
    - {variable: b, kind: integer, min: 0, max: 10, proposers: [nobody]}
    - {variable: cold, kind: choice, options: [x, y], cooldown: 1h}
    - {variable: slow, kind: float, min: 0, max: 1, rate: 0.001, burst: 1}
    - {variable: hidden, kind: float, min: 0, max: 1}
    - {variable: sure, kind: float, min: 0, max: 1, confirm: {within: CONFIRM, then: revert}}
tree:
  children:
AGENTS
`

// sharer is a line of the config: the test binary as a program that lives by variables.
func sharer(id, role, names string) string {
	return fmt.Sprintf("  - {id: %s, kind: exec, role: dev, concurrency: 4, command: [%q], env: {%s: %s, GORACE: atexit_sleep_ms=0}, variables: [%s]}",
		id, os.Args[0], sharerRole, role, names)
}

func (r *rig) shared(lines ...string) *node.Node {
	r.t.Helper()
	return r.start(strings.NewReplacer("AGENTS", strings.Join(lines, "\n"), "CONFIRM", "60s").Replace(shared))
}

// has an agent do an order.
func (r *rig) tell(n *node.Node, agent string, o any) (got reply) {
	r.t.Helper()
	e, err := n.Directory().Lookup(r.ctx, agent)
	require.NoError(r.t, err)
	input, err := json.Marshal(o)
	require.NoError(r.t, err)
	out, err := actors.CallForever(r.ctx, e.Ref, func(reply actors.Reply[agents.Outcome]) agents.Message {
		return agents.Assign{Task: agents.Task{ID: fmt.Sprint("t", time.Now().UnixNano()), Kind: "do", Input: input, Attempt: 1}, Reply: reply}
	})
	require.NoError(r.t, err)
	require.Nil(r.t, out.Failure, "%v", out.Failure)
	require.NoError(r.t, json.Unmarshal(out.Output, &got))
	return got
}

func TestAProgramSeesItsVariablesAsTheyAreForItAndHearsEveryChangeInOrder(t *testing.T) {
	r := newRig(t)
	n := r.shared(sharer("ann", "obedient", "tuning/a, tuning/sure"))
	defer r.stop(n)
	s := n.VariableSpace("tuning")
	assert.Equal(t, reply{OK: true, Value: json.RawMessage("0.5"), Version: "0.1"}, r.tell(n, "ann", order{Do: "get", Name: "tuning/a"}))
	assert.Equal(t, "0.1", r.tell(n, "ann", order{Do: "get", Name: "a"}).Version, "one space alone has it")
	assert.False(t, r.tell(n, "ann", order{Do: "get", Name: "tuning/hidden"}).OK, "the config does not name it")
	set := func(v float64) {
		_, err := s.Propose(r.ctx, "a", kind.OfFloat(v))
		require.NoError(t, err)
		_, err = s.Propose(r.ctx, "hidden", kind.OfFloat(v))
		require.NoError(t, err)
	}
	set(0.1)
	set(0.2)
	v, err := cognitive.Lookup[float64](s, "a")
	require.NoError(t, err)
	for _, scope := range []string{"node/n1", "role/dev", "agent/ann", "agent/bob"} {
		_, err := v.Override(r.ctx, scope, 0.9, 0)
		require.NoError(t, err)
	}
	set(0.3)
	assert.Equal(t, "0.9", string(r.tell(n, "ann", order{Do: "until", Name: "tuning/a", Scope: "agent/ann", Version: "0.1"}).changes(t, "agent/ann", "0.1").Value))
	for _, scope := range []string{"role/dev", "node/n1", "agent/ann"} {
		_, err := v.Withdraw(r.ctx, scope)
		require.NoError(t, err)
	}
	set(0.4)
	got := r.tell(n, "ann", order{Do: "until", Name: "tuning/a", Version: "0.5"})
	last := ""
	for _, c := range got.Changes {
		assert.Equal(t, "tuning/a", c.Variable)
		if c.Scope == "" {
			assert.Less(t, last, c.Version)
			last = c.Version
		}
	}
	assert.Equal(t, "0.5", last)
	end := r.tell(n, "ann", order{Do: "get", Name: "a"})
	assert.Equal(t, "0.4", string(end.Value))
}

// changes returns the change to a version of a scope; where the program was told of a later one at once it is the last.
func (g reply) changes(t *testing.T, scope, version string) (found struct{ Value json.RawMessage }) {
	t.Helper()
	for _, c := range g.Changes {
		if c.Scope == scope && c.Version == version {
			found.Value = c.Value
		}
	}
	return found
}

func TestSuggestionsOfProgramsAreAnsweredAndHeldToTheLimitsOfAgents(t *testing.T) {
	r := newRig(t)
	n := r.shared(sharer("ann", "obedient", "tuning/*"))
	defer r.stop(n)
	got := r.tell(n, "ann", order{Do: "suggest", Name: "tuning/a", Value: 0.7, Version: "0.1", Rationale: "too cold"})
	assert.Equal(t, reply{OK: true, Value: json.RawMessage("0.7"), Version: "0.2"}, got)
	who, err := n.VariableSpace("tuning").Blame(r.ctx, "a")
	require.NoError(t, err)
	assert.Equal(t, []any{cognitive.ByAgent, "ann", "too cold"}, []any{who.Cause, who.Proposer, who.Reason})
	require.True(t, r.tell(n, "ann", order{Do: "suggest", Name: "cold", Value: "y", Rationale: "r"}).OK)
	require.True(t, r.tell(n, "ann", order{Do: "suggest", Name: "slow", Value: 1, Rationale: "r"}).OK)
	for _, c := range []struct {
		order
		code string
	}{
		{order{Do: "suggest", Name: "a", Value: 0.8, Version: "0.1", Rationale: "r"}, "E4681"}, // moved
		{order{Do: "suggest", Name: "a", Value: 7, Rationale: "r"}, "E1995"},
		{order{Do: "suggest", Name: "a", Value: "warm", Rationale: "r"}, "E1998"},
		{order{Do: "suggest", Name: "a", Value: 0.8, Rationale: " "}, "E1906"},
		{order{Do: "suggest", Name: "a", Rationale: "r"}, "E1906"},
		{order{Do: "suggest", Name: "a", Value: 0.8, Version: "new", Rationale: "r"}, "E1906"},
		{order{Do: "suggest", Name: "a", Value: 0.8, Rationale: strings.Repeat("r", 3000)}, "E1907"},
		{order{Do: "suggest", Name: "b", Value: 4, Rationale: "r"}, "E4680"},
		{order{Do: "suggest", Name: "cold", Value: "x", Rationale: "r"}, "E4682"},
		{order{Do: "suggest", Name: "slow", Value: 0, Rationale: "r"}, "E4683"},
		{order{Do: "suggest", Name: "tuning/none", Value: 0, Rationale: "r"}, "E4676"},
		{order{Do: "suggest", Name: "other/a", Value: 0, Rationale: "r"}, "E4733"},
		{order{Do: "report", Name: "a", Version: "0.2", Metrics: map[string]float64{"cost": 1}}, "E4676"}, // nobody adapts it
		{order{Do: "report", Name: "a", Version: "0.2"}, "E1906"},
	} {
		got := r.tell(n, "ann", c.order)
		assert.Equal(t, c.code, got.Code, "%+v: %s", c.order, got.Message)
	}
	assert.Equal(t, "0.7", n.VariableSpace("tuning").Snapshot().Value("a").String())
}

func TestAHostileProgramGetsAnAnswerToEachLineAndHurtsNobody(t *testing.T) {
	r := newRig(t)
	refused := make(chan exec.VariableRefused, 1<<16)
	defer telemetry.Subscribe(r.bus, "refused", func(e exec.VariableRefused) { refused <- e })()
	ended := make(chan exec.ProgramEnded, 1000)
	defer telemetry.Subscribe(r.bus, "ended", func(e exec.ProgramEnded) { ended <- e })()
	n := r.shared(sharer("eve", "raw", "tuning/a"))
	for line, code := range map[string]string{
		`{"type":"suggest","id":"1","variable":"hidden","value":1,"rationale":"r"}`:                       "E4733",
		`{"type":"suggest","id":"1","variable":"a","value":1e999,"rationale":"r"}`:                        "E1996",
		`{"type":"suggest","id":"1","variable":"a","value":"NaN","rationale":"r"}`:                        "E1998",
		`{"type":"suggest","id":"1","variable":{},"value":1,"rationale":"r"}`:                             "E1906",
		`{"type":"suggest","id":"1","variable":"a","value":1,"rationale":["r"]}`:                          "E1906",
		`{"type":"suggest","id":"1","variable":"a","value":1,"rationale":"r","base":"0.99"}`:              "E4681",
		`{"type":"suggest","id":"1","variable":"a","value":1,"rationale":"r","key":7}`:                    "E1906",
		`{"type":"report","id":"1","variable":"a","version":"0.1","metrics":{"x":1e999}}`:                 "E1906",
		`{"type":"report","id":"1","variable":"a","version":"0.1","metrics":{"":1}}`:                      "E1907",
		`{"type":"report","id":"1","variable":"a","version":"0.1","metrics":{"x":1},"weight":-1}`:         "E1907",
		`{"type":"report","id":"1","variable":"a","version":"99.99999999999999999999","metrics":{"x":1}}`: "E1906",
		`{"type":"applied","id":"1","variable":"a","version":"7.1"}`:                                      "E4681",
		`{"type":"applied","id":"1","variable":"sure","version":"0.1"}`:                                   "E4733",
	} {
		got := r.tell(n, "eve", script{[]string{line}, 1})
		require.Len(t, got.Answers, 1, line)
		var a protocol.Answer
		require.NoError(t, json.Unmarshal([]byte(got.Answers[0]), &a))
		assert.Equal(t, []any{"1", false, code}, []any{a.ID, a.OK, a.Code}, "%s: %s", line, a.Message)
	}
	flood := make([]string, 0, 2000)
	for i := range cap(flood) {
		flood = append(flood, fmt.Sprintf(`{"type":"suggest","id":"f%d","variable":"a","value":0.%d,"rationale":"r"}`, i, i%10))
	}
	got := r.tell(n, "eve", script{flood, len(flood)})
	answered := map[string]bool{}
	for _, text := range got.Answers {
		var a protocol.Answer
		require.NoError(t, json.Unmarshal([]byte(text), &a))
		assert.False(t, answered[a.ID], "one answer for each")
		answered[a.ID] = true
		if !a.OK {
			assert.Contains(t, []string{"E4683", "E4731", "E4684"}, a.Code)
		}
	}
	r.tell(n, "eve", script{Lines: []string{
		`{"type":"suggest","variable":"a","value":1,"rationale":"r"}`, `{"type":"suggest","id":7,"variable":"a","value":1,"rationale":"r"}`,
		`{"type":"report","id":"` + strings.Repeat("x", 300) + `","variable":"a"}`,
	}})
	kinds := map[string]bool{}
	for len(kinds) < 2 || !kinds["malformed"] || !kinds["out_of_range"] {
		kinds[receive(r, refused, "a refusal").Kind] = true
	}
	assert.Empty(t, ended, "no crash")
	v := n.VariableSpace("tuning").Snapshot().Value("a").Float()
	assert.True(t, v >= 0 && v <= 1)
	r.stop(n)
}

func TestAChangeThatProgramsAreToUseIsTakenBackWhenTooFewConfirmIt(t *testing.T) {
	r := newRig(t)
	n := r.shared(sharer("ann", "obedient", "tuning/sure"), sharer("bob", "obedient", "tuning/sure"), sharer("dora", "obedient", "tuning/a"))
	s := n.VariableSpace("tuning")
	for range 5 { // programs may be quicker than the node's question
		for _, v := range []float64{0.25, 0.5} {
			_, err := s.Propose(r.ctx, "sure", kind.OfFloat(v))
			require.NoError(t, err, "who does not see it is not asked")
		}
	}
	r.stop(n)

	text := strings.NewReplacer("CONFIRM", "50ms", "AGENTS", sharer("ann", "obedient", "tuning/sure")+"\n"+sharer("eve", "reluctant", `"*"`)).Replace(shared)
	n = r.start(text)
	defer r.stop(n)
	s = n.VariableSpace("tuning")
	_, err := s.Propose(r.ctx, "sure", kind.OfFloat(1))
	require.ErrorIs(t, err, cognitive.ErrUnconfirmed)
	_, err = s.History(r.ctx, "sure", cognitive.Query{}) // behind what the committer was told
	require.NoError(t, err)
	last, err := s.Blame(r.ctx, "sure")
	require.NoError(t, err)
	assert.Equal(t, cognitive.ByRevert, last.Cause)
	assert.Equal(t, "0.5", last.Value.String())
	_, err = s.Propose(r.ctx, "a", kind.OfFloat(1))
	require.NoError(t, err, "nobody is asked about it")
}

func TestARestartedProgramBeginsWithWhatThereIsAndKeepsItsOwnValues(t *testing.T) {
	r := newRig(t)
	n := r.shared(sharer("ann", "obedient", "tuning/*"))
	defer r.stop(n)
	v, err := cognitive.Lookup[float64](n.VariableSpace("tuning"), "a")
	require.NoError(t, err)
	_, err = v.Override(r.ctx, "agent/ann", 0.9, time.Hour)
	require.NoError(t, err)
	joined := make(chan agents.Entry, 10) // the one that is there, and its successor
	watcher, err := actors.Spawn(n.System(), "watcher", func() actors.Behavior[agents.Change] { return &arrivals{n.Directory(), joined} })
	require.NoError(t, err)
	defer watcher.PID().Kill()
	old := receive(r, joined, "an agent")
	old.PID.Kill()
	_, err = v.Propose(r.ctx, 0.1)
	require.NoError(t, err)
	require.NotEqual(t, old.PID, receive(r, joined, "an agent").PID)
	got := r.tell(n, "ann", order{Do: "get", Name: "a"})
	assert.Equal(t, reply{OK: true, Value: json.RawMessage("0.9"), Version: "0.1"}, got)
}

// arrivals tells of the agents of a directory that come.
type arrivals struct {
	dir    *agents.Directory
	joined chan agents.Entry
}

func (a *arrivals) Init(ctx *actors.Context[agents.Change]) error {
	agents.Watch(ctx, a.dir, func(c agents.Change) agents.Change { return c })
	return nil
}

func (a *arrivals) Receive(_ *actors.Context[agents.Change], c agents.Change) error {
	if c.Joined {
		a.joined <- c.Entry // there is room
	}
	return nil
}
