// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/config"
	"mabeam.dev/events/memory"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
)

func TestAReloadChangesHowVariablesAdaptWhileTheyRun(t *testing.T) {
	inBubble(t, adapting, func(ctx context.Context, n *Node) {
		s := n.VariableSpace("tuning")
		next := bare(t, strings.NewReplacer(
			"adapt: {strategy: static}", "adapt: {weights: {score: 1}}", ", adapt: {strategy: cost_optimization, floors: {quality: 0.7}, cycle: 50ms, warm: 10, trial: 60, watch: 30}", "",
			"{variable: alone, kind: float, min: 0, max: 1, initial: 0.2}", "{variable: alone, kind: float, min: 0, max: 1, initial: 0.2, adapt: {strategy: static}}",
		).Replace(adapting), nil).Config
		lines, err := n.Reload(ctx, next)
		require.NoError(t, err)
		assert.Equal(t, []string{
			"~ variables.spaces[tuning].variables[fixed].adapt", "+ variables.spaces[tuning].variables[alone].adapt", "- variables.spaces[tuning].variables[cost].adapt",
		}, lines)
		seen, err := s.Adapter(ctx, "fixed")
		require.NoError(t, err)
		assert.Equal(t, adapt.Custom, seen.Strategy)
		_, err = s.Adapter(ctx, "cost")
		require.ErrorIs(t, err, cognitive.ErrNotFound)
		lines, err = n.Reload(ctx, next)
		require.NoError(t, err)
		assert.Empty(t, lines, "the same again")
		require.NoError(t, n.tuning.adapted.Stop(ctx, "tuning", "fixed"))
		lines, err = n.Reload(ctx, next)
		require.NoError(t, err)
		assert.Equal(t, []string{"+ variables.spaces[tuning].variables[fixed].adapt"}, lines, "what somebody has changed since is as the config says again")
		other := bare(t, strings.Replace(adapting, "initial: 0.2", "initial: 0.3", 1), nil).Config
		lines, err = n.Reload(ctx, other)
		require.NoError(t, err)
		assert.Equal(t, []string{"! variables needs a restart (not applied)"}, lines)
	})
}

// scraped is what a scrape of a node shows of one family.
func scraped(n *Node, family string) (lines []string) {
	w := httptest.NewRecorder()
	n.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "mabeam_"+family+"{") {
			lines = append(lines, strings.TrimSpace(strings.TrimPrefix(line, "mabeam_")))
		}
	}
	return lines
}

func TestAdaptationIsCountedAndAFrozenOneIsAnAlert(t *testing.T) {
	inBubble(t, adapting, func(ctx context.Context, n *Node) {
		s := n.VariableSpace("tuning")
		feedWorld(t, s, "score", 200, func(v kind.Value) []adapt.Metric { return []adapt.Metric{{Name: "score", Value: v.Float()}} })
		require.NoError(t, s.Report(cognitive.Feedback{Variable: "score", Metrics: []adapt.Metric{{Name: "score", Value: 1}}}))
		synctest.Wait()
		text := strings.Join(scraped(n, "adaptation_reports"), "\n")
		for _, want := range []string{`fate="taken"`, `fate="outdated"`, `fate="dropped"`, `variable="score"`, `space="tuning"`} {
			assert.Contains(t, text, want)
		}
		assert.Len(t, scraped(n, "adaptation_reports"), 9, "three variables, three fates")
		assert.Len(t, scraped(n, "adaptation_score"), 3)
		assert.NotEmpty(t, scraped(n, "adaptation_regret"))
		assert.NotEmpty(t, scraped(n, "adaptation_cycles_total"))
		assert.NotEmpty(t, scraped(n, "adaptation_steps_total"))
		require.Len(t, scraped(n, "adaptations_frozen"), 1)
		assert.True(t, strings.HasSuffix(scraped(n, "adaptations_frozen")[0], " 0"))
		telemetry.Emit(n.o.Bus, cognitive.AdaptationStep{Of: cognitive.Of{Space: "tuning", Variable: "score"}, What: "kept"})
		firing := func() bool {
			return slices.ContainsFunc(n.records.alerts.View().Alerts, func(a alert.Status) bool { return a.Rule == "variable-adaptation-frozen" && a.Key == "tuning/score" })
		}
		time.Sleep(5 * time.Second)
		assert.False(t, firing())
		telemetry.Emit(n.o.Bus, cognitive.AdaptationStep{Of: cognitive.Of{Space: "tuning", Variable: "score"}, What: "frozen"})
		time.Sleep(5 * time.Second)
		assert.True(t, firing())
	})
}

func TestATeamLetsGoOfMembersThatAreGone(t *testing.T) {
	file := func(children string) config.Config {
		cfg, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(`version: 1
node: {name: n}
surfaces: {listen: off}
tree: {children: [` + children + `]}
variables: {spaces: [{space: tuning, variables: [
  {variable: pair, kind: agents, size_min: 1, size_max: 2, members: [ann, bob], cooldown: 0s, team: {grace: 5s}},
  {variable: two, kind: agents, size_min: 2, size_max: 2, members: [ann, bob], cooldown: 0s, team: {grace: 5s}},
  {variable: left, kind: agents, size_min: 1, size_max: 2, members: [ann, bob]}]}]}
`), Kinds: map[string]config.KindInfo{"idle": {}}})
		require.NoError(t, err)
		return cfg
	}
	all := "{id: ann, kind: idle}, {id: bob, kind: idle}, {id: cleo, kind: idle}"
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		o := bare(t, "", memory.New(memory.Options{}))
		o.Config, o.Kinds = file(all), agents.Kinds{}
		o.Kinds.Add(agents.Native("idle", "Does nothing.", func(agents.Spec) (agents.Worker, error) {
			return agents.WorkerFunc(func(context.Context, agents.Task) (json.RawMessage, error) { return nil, nil }), nil
		}))
		n, err := Start(ctx, o)
		require.NoError(t, err)
		s := n.VariableSpace("tuning")
		team := func(name string) []string { return s.Snapshot().Value(name).Team() }
		time.Sleep(20 * time.Second)
		assert.Equal(t, []string{"ann", "bob"}, team("pair"), "a team that is whole is left alone")
		_, err = n.Reload(ctx, file("{id: ann, kind: idle}, {id: cleo, kind: idle}"))
		require.NoError(t, err)
		time.Sleep(4 * time.Second)
		assert.Equal(t, []string{"ann", "bob"}, team("pair"), "it may come back")
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"ann"}, team("pair"), "it shrinks")
		assert.Equal(t, []string{"ann", "cleo"}, team("two"), "it needs another one")
		assert.Equal(t, []string{"ann", "bob"}, team("left"), "nobody looks after it")
		i, err := s.Info("pair")
		require.NoError(t, err)
		assert.Equal(t, cognitive.BySync, i.Last.Cause)
		_, err = n.Reload(ctx, file("{id: ann, kind: idle}"))
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		i, err = s.Info("two")
		require.NoError(t, err)
		assert.Equal(t, []string{"ann", "cleo"}, team("two"), "there is none, so it stays")
		assert.NotZero(t, i.Seen.Flags&cognitive.Degraded)
		_, err = n.Stop(ctx)
		require.NoError(t, err)
	})
}
