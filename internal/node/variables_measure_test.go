// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/cognitive"
	"mabeam.dev/config"
	"mabeam.dev/events/memory"
	"mabeam.dev/telemetry"
)

// busyNode runs a node whose agents take a while for each task: as long as their value of the variable says. They begin when it is up.
func busyNode(t *testing.T, adapt string, tasks int, run func(ctx context.Context, n *Node)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		var n *Node
		up := make(chan struct{})
		sleeper := agents.Native("sleeper", "Takes as long as a variable says.", func(s agents.Spec) (agents.Worker, error) {
			return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
				<-up
				l, err := n.VariableSpace("tuning").See("pause", cognitive.Agent{Name: s.ID})
				if err != nil {
					return nil, err
				}
				select {
				case <-time.After(time.Duration(l.Value.Float() * float64(time.Second))):
					return t.Input, nil
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			}), nil
		})
		text := fmt.Sprintf(`version: 1
node: {name: n}
surfaces: {listen: off}
tree: {children: [{id: a, kind: sleeper, count: 8, team: sleepers}]}
work: [{queue: jobs, results: %s, limit: 20}]
variables: {spaces: [{space: tuning, variables: [{variable: pause, kind: float, min: 0.01, max: 1, initial: 0.5, adapt: {%s}}]}]}
`, filepath.Join(dir, "results.jsonl"), adapt)
		cfg, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(text), Kinds: map[string]config.KindInfo{"sleeper": {}}, Series: SeriesNames()})
		require.NoError(t, err)
		o := bare(t, "", memory.New(memory.Options{}))
		o.Config, o.Kinds, o.Bus = cfg, agents.Kinds{}, telemetry.NewBus()
		o.Kinds.Add(sleeper)
		o.Tasks = map[string]iter.Seq2[plan.Task, error]{"jobs": func(yield func(plan.Task, error) bool) {
			for i := range tasks {
				if !yield(plan.Task{ID: fmt.Sprint("t", i), Kind: "x", Input: json.RawMessage("1")}, nil) {
					return
				}
			}
		}}
		started, err := Start(ctx, o)
		require.NoError(t, err)
		n = started
		close(up)
		run(ctx, n)
		_, err = n.Stop(ctx)
		require.NoError(t, err)
	})
}

func TestVariablesFollowWhatTheNodeMeasures(t *testing.T) {
	quick := ", cycle: 50ms, learning_rate: 0.2, warm: 10, settle: 2, trial: 60, watch: 30, exploration: 1"
	for name, adapt := range map[string]string{
		"each attempt":         "weights: {latency: -1}, from: [{metric: latency, queue: jobs, figure: seconds}]",
		"attempts of a slice":  "weights: {latency: -1, ok: 1}, agents: 'team = \"sleepers\"', share: 0.25, from: [{metric: latency, queue: jobs}, {metric: ok, queue: jobs, figure: success}]",
		"the rate of a queue":  "weights: {rate: 1}, from: [{metric: rate, queue: jobs, figure: rate}], sample: 2s",
		"attempts with others": "weights: {latency: -1, open: 0.0001}, from: [{metric: latency, queue: jobs}, {metric: open, queue: jobs, figure: open}], sample: 100ms",
		"agents":               "weights: {busy: -1}, agents: 'team = \"sleepers\"', share: 0.25, from: [{metric: busy, of_agents: seconds}], sample: 2s",
		"a series":             "weights: {busy: -1}, from: [{metric: busy, expression: 'mean(work.seconds, 10s)', scope: jobs}]",
	} {
		t.Run(name, func(t *testing.T) {
			busyNode(t, adapt+quick, 4000, func(ctx context.Context, n *Node) {
				time.Sleep(15 * time.Minute)
				s := n.VariableSpace("tuning")
				assert.Less(t, s.Snapshot().Value("pause").Float(), 0.4)
				seen, err := s.Adapter(ctx, "pause")
				require.NoError(t, err)
				assert.NotZero(t, seen.Moves)
				assert.LessOrEqual(t, seen.Dropped, uint64(200), "reports have all that is asked for, but few at the beginning and the end of a candidate")
			})
		})
	}
}

func TestWhatIsMeasuredIsOfOneValueAlone(t *testing.T) {
	busyNode(t, "strategy: static, from: [{metric: rate, queue: jobs, figure: rate}, {metric: latency, expression: 'mean(work.seconds, 10s)'}], sample: 1s", 4000, func(ctx context.Context, n *Node) {
		s := n.VariableSpace("tuning")
		received := func() uint64 {
			seen, err := s.Adapter(ctx, "pause")
			require.NoError(t, err)
			return seen.Received
		}
		time.Sleep(9 * time.Second)
		assert.Zero(t, received(), "windows are 10 s long")
		time.Sleep(22 * time.Second)
		assert.EqualValues(t, 3, received(), "none has anything in common with another")
		for range 5 {
			v, err := cognitive.Lookup[float64](s, "pause")
			require.NoError(t, err)
			_, err = v.Propose(ctx, 1.1-v.Get())
			require.NoError(t, err)
			time.Sleep(10 * time.Second)
		}
		assert.EqualValues(t, 3, received(), "each figure would be of two values")
	})
}

func TestAnAdaptationThatIsChangedIsMeasuredAnew(t *testing.T) {
	busyNode(t, "strategy: static, from: [{metric: rate, queue: jobs, figure: rate}], sample: 1s", 4000, func(ctx context.Context, n *Node) {
		s := n.VariableSpace("tuning")
		time.Sleep(10500 * time.Millisecond)
		seen, err := s.Adapter(ctx, "pause")
		require.NoError(t, err)
		assert.EqualValues(t, 10, seen.Received)
		how, _ := n.tuning.adapted.of("tuning", "pause")
		how.Sample = 100 * time.Millisecond
		require.NoError(t, n.tuning.adapted.change(ctx, s, "pause", how))
		time.Sleep(1050 * time.Millisecond)
		seen, err = s.Adapter(ctx, "pause")
		require.NoError(t, err)
		assert.EqualValues(t, 20, seen.Received)
		n.tuning.measure.pid.Load().Kill()
		time.Sleep(1050 * time.Millisecond)
		seen, err = s.Adapter(ctx, "pause")
		require.NoError(t, err)
		assert.InDelta(t, 30, seen.Received, 1, "a crash of the process that measures loses a figure")
	})
}

func TestFiguresOfAgentsAreDifferences(t *testing.T) {
	at := time.Unix(0, 0)
	from := []config.VariableSource{
		{Metric: "s", Agents: config.AgentSeconds},
		{Metric: "ok", Agents: config.AgentSuccess},
		{Metric: "n", Agents: config.AgentThroughput},
		{Metric: "c", Agents: config.AgentCost},
		{Metric: "l", Agents: config.AgentLoad},
		{Metric: "i", Agents: config.AgentImbalance},
	}
	v := cognitive.Version{Seq: 1}
	was := crewman{name: "a", version: v, incarnation: 1, done: 10, failed: 2, busy: time.Minute, spent: 100}
	now := crewman{name: "a", version: v, incarnation: 1, done: 13, failed: 3, busy: time.Minute + 2*time.Second, spent: 108}
	got, some := ofAgent(from, was, now, 4*time.Second)
	require.True(t, some)
	var text []string
	for _, m := range got {
		text = append(text, fmt.Sprint(m.Name, "=", m.Value))
	}
	assert.Equal(t, "s=0.5 ok=0.75 n=1 c=2 l=0.5", strings.Join(text, " "))
	_, some = ofAgent(from, was, was, 4*time.Second)
	assert.False(t, some, "nothing was done: there is no mean")
	got, some = ofAgent(from[4:5], was, was, 4*time.Second)
	assert.True(t, some)
	assert.Zero(t, got[0].Value, "to be idle is a load")

	idle, other := was, now
	idle.name, other.name = "b", "c"
	born := crewman{name: "c", version: v, incarnation: 2}
	x, ok := imbalance(moment{at: at, version: v, agents: []crewman{was, idle, born}}, moment{at: at.Add(4 * time.Second), version: v, agents: []crewman{other, idle, now}})
	assert.True(t, ok)
	assert.Equal(t, 2.0, x, "one of two was busy; one has another life")
	_, ok = imbalance(moment{}, moment{agents: []crewman{now}})
	assert.False(t, ok, "nobody is known twice")
}

func TestOnlyEndsThatAValueCanBeBlamedForAreReported(t *testing.T) {
	for end, want := range map[string]string{
		"done": "1 true", "error": "0 true", "killed": "0 true", "timeout": "0 true", "down": "0 false", "lost": "0 false", "deadline": "0 false", "cancelled": "0 false",
		"returned": "0 false",
	} {
		success, counts := tells(end)
		assert.Equal(t, want, fmt.Sprint(success, counts), end)
	}
}
