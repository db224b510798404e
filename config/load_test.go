// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const whole = `version: 1
node: {name: demo, drain: 1m30s}
log: {level: debug}
surfaces: {listen: off}
tree:
  strategy: rest_for_one
  intensity: 0
  children:
    - {id: readers, kind: text.index, count: 4, capabilities: [index, nlp/sum], backoff: {max: 1m, jitter: 0.25}}
    - id: linter
      kind: exec
      command: [python3, lint.py, "$${HOME}"]
      env: {TOKEN: "${file:token}", PORT: 8080, MIX: "a ${env:SECRET} b"}
      shutdown: brutal_kill
      limits: {line: 2MiB}
    - id: inner
      kind: supervisor
      strategy: one_for_all
      children:
        - {id: counter, kind: text.count, restart: transient, shutdown: infinity, settings: {every: 2s, token: "${env:SECRET}", labels: {a: 1}}}
        - {id: free, kind: text.free, settings: {n: 1, x: 1.5, b: true, s: "1", l: [a, {k: ~}], secret: "${env:SECRET}"}}
work:
  - {queue: main, tasks: tasks.jsonl, policy: round_robin, attempts: 5}
chaos: {seed: 7, panic: 20, hang: every 50}
`

func load(t *testing.T, in Input) (Config, Origins) {
	t.Helper()
	cfg, origins, err := Load(in)
	var problems Errors
	if errors.As(err, &problems) {
		t.Fatal(problems.Text())
	}
	require.NoError(t, err)
	return cfg, origins
}

func TestAWholeFileBecomesTypedValues(t *testing.T) {
	cfg, _ := load(t, testInput("node.yaml", whole))
	assert.Equal(t, 1, cfg.Version)
	assert.Equal(t, Node{Name: "demo", Data: Plain("./data"), Start: 30 * time.Second, Drain: 90 * time.Second}, cfg.Node)
	assert.Equal(t, Log{Level: LevelDebug, Format: AutoFormat}, cfg.Log)
	assert.True(t, cfg.Surfaces.Listen.Off())
	assert.Equal(t, RestForOne, cfg.Tree.Strategy)
	assert.Zero(t, cfg.Tree.Intensity, "a written 0 is 0, not the default")
	require.Len(t, cfg.Tree.Children, 3)

	readers, linter, inner := cfg.Tree.Children[0], cfg.Tree.Children[1], cfg.Tree.Children[2]
	assert.Equal(t, []string{"readers-1", "readers-2", "readers-3", "readers-4"}, readers.IDs())
	assert.Equal(t, []string{"index", "nlp/sum"}, readers.Capabilities)
	assert.Equal(t, Shutdown{Timeout: 5 * time.Second}, readers.Shutdown)
	assert.Equal(t, []string{"linter"}, linter.IDs())
	assert.Equal(t, "${HOME}", linter.Command[2].Reveal())
	assert.Equal(t, "hunter2", linter.Env["TOKEN"].Reveal(), "one line end of the file is cut")
	assert.Equal(t, "8080", linter.Env["PORT"].Reveal(), "a number is taken as it is written")
	assert.Equal(t, "a hunter2 b", linter.Env["MIX"].Reveal())
	assert.Equal(t, Shutdown{BrutalKill: true}, linter.Shutdown)
	assert.Equal(t, Limits{
		Line: 2 * MiB, JunkLines: 100, Stderr: 64 * KiB, Hello: 5 * time.Second, Heartbeat: 10 * time.Second, Missed: 3,
		Write: 10 * time.Second, Term: 2 * time.Second,
	}, linter.Limits)
	assert.Equal(t, Shutdown{Infinity: true}, inner.Shutdown, "a supervisor has OTP's infinity")
	assert.Equal(t, 1, inner.Intensity)

	settings, ok := SettingsOf[counter](inner.Children[0])
	require.True(t, ok)
	assert.Equal(t, 10, settings.Batch)
	assert.Equal(t, 2*time.Second, settings.Every)
	assert.Equal(t, "hunter2", settings.Token.Reveal())
	assert.Equal(t, LevelWarn, settings.Deep.Mode)
	free, ok := SettingsOf[map[string]any](inner.Children[1])
	require.True(t, ok)
	secret := free["secret"].(Text)
	delete(free, "secret")
	assert.Equal(t, "hunter2", secret.Reveal())
	assert.Equal(t, map[string]any{"n": int64(1), "x": 1.5, "b": true, "s": "1", "l": []any{"a", map[string]any{"k": nil}}}, free)

	assert.Equal(t, []Queue{{
		Queue: "main", Tasks: Plain("tasks.jsonl"), Results: Plain("-"), Policy: RoundRobin, Attempts: 5, Deadline: 30 * time.Second,
		Backoff: 100 * time.Millisecond, Limit: 1000, OnDuplicate: Refuse, Remember: 100_000,
	}}, cfg.Work)
	assert.Equal(t, &Chaos{Seed: 7, Panic: Rate{PerMille: 20}, Hang: Rate{Every: 50}}, cfg.Chaos)
	assert.Equal(t, &Backoff{
		Initial: 100 * time.Millisecond, Max: time.Minute, Factor: 2, Jitter: 0.25, ResetAfter: time.Minute,
	}, cfg.Tree.Children[0].Backoff)
	assert.Nil(t, cfg.Tree.Children[1].Backoff)
}

func TestWhatIsNotWrittenIsAbsentOrDefault(t *testing.T) {
	cfg, origins := load(t, testInput("node.yaml", "version: 1\n"))
	assert.Nil(t, cfg.Tree)
	assert.Nil(t, cfg.Work)
	assert.Nil(t, cfg.Chaos)
	assert.Equal(t, Address("127.0.0.1:7070"), cfg.Surfaces.Listen)
	o, ok := origins.Of("log.level")
	require.True(t, ok)
	assert.Equal(t, "default", o.String())
	_, ok = origins.Of("surfaces.socket")
	assert.False(t, ok)
}

func TestJSONMeansTheSameAsYAML(t *testing.T) {
	text := "{\n\t\"version\": 1,\n\t\"node\": {\"name\": \"demo\", \"data\": \"caf\\u00e9 \\ud83d\\ude00 \\\\ud83d \\/\"},\n\t\"log\": {\"level\": \"warn\"}\n}\n"
	require.True(t, json.Valid([]byte(text)))
	cfg, _ := load(t, testInput("node.json", text))
	assert.Equal(t, "café 😀 \\ud83d /", cfg.Node.Data.Reveal())
	assert.Equal(t, LevelWarn, cfg.Log.Level)
}

func TestAliasesAndMergesAreValuesOfTheirOwn(t *testing.T) {
	in := testInput("node.yaml", `version: 1
tree:
  children:
    - &one {id: a, kind: exec, command: &cmd [x, y], env: {A: "1"}}
    - {<<: *one, id: b}
    - {id: c, kind: exec, command: *cmd}
`)
	in.Sets = []string{"tree.children[b].env.A=2", "tree.children.c.command[1]=z"}
	cfg, _ := load(t, in)
	kids := cfg.Tree.Children
	assert.Equal(t, "1", kids[0].Env["A"].Reveal(), "a change of one alias leaves the others")
	assert.Equal(t, "2", kids[1].Env["A"].Reveal())
	assert.Equal(t, "y", kids[0].Command[1].Reveal())
	assert.Equal(t, "z", kids[2].Command[1].Reveal())
}

func TestLaterLayersWinAndEveryKeyKnowsItsOrigin(t *testing.T) {
	in := testInput("node.yaml", whole)
	in.Env = append(in.Env, "MABEAM_LOG__LEVEL=warn", "MABEAM_NODE__NAME=from-env", "MABEAM_WORK__main__ATTEMPTS=9",
		"MABEAM_TREE__CHILDREN__READERS__CAPABILITIES=a, b", "MABEAM_TREE__CHILDREN__LINTER__ENV__New_One=x",
		"MABEAM_TREE__CHILDREN__INNER__CHILDREN__COUNTER__SETTINGS__BATCH=20", `MABEAM_TREE__CHILDREN__LINTER__COMMAND=["a,b", c]`,
		"MABEAM_SURFACES__SOCKET=${env:SECRET}", "MABEAM_TREE__CHILDREN__INNER__CHILDREN__FREE__SETTINGS__n=5")
	in.Sets = []string{"node.name=first", "node.name=from-set", "chaos={panic: 1}", "tree.children[inner].children[0].settings.deep.mode=error"}
	cfg, origins := load(t, in)
	assert.Equal(t, LevelWarn, cfg.Log.Level)
	assert.Equal(t, "from-set", cfg.Node.Name)
	assert.Equal(t, 9, cfg.Work[0].Attempts)
	assert.Equal(t, []string{"a", "b"}, cfg.Tree.Children[0].Capabilities)
	assert.Equal(t, "x", cfg.Tree.Children[1].Env["New_One"].Reveal())
	assert.Equal(t, "hunter2", cfg.Tree.Children[1].Env["TOKEN"].Reveal(), "a table keeps what is not overridden")
	assert.Equal(t, "a,b", cfg.Tree.Children[1].Command[0].Reveal())
	assert.Equal(t, 20, cfg.Tree.Children[2].Children[0].Settings.(counter).Batch)
	assert.Equal(t, LevelError, cfg.Tree.Children[2].Children[0].Settings.(counter).Deep.Mode)
	assert.Equal(t, int64(5), cfg.Tree.Children[2].Children[1].Settings.(map[string]any)["n"])
	assert.Equal(t, &Chaos{Seed: 1, Panic: Rate{PerMille: 1}}, cfg.Chaos, "a section that is set replaces the one below")

	for path, want := range map[string]string{
		"node.name": "--set", "log.level": "env MABEAM_LOG__LEVEL", "log.format": "default", "node.drain": "node.yaml:2:27",
		"tree.children[1].env.PORT": "node.yaml:13:43", "tree.children[0].capabilities[1]": "env MABEAM_TREE__CHILDREN__READERS__CAPABILITIES",
		"tree.children[2].children[0].settings.batch":     "env MABEAM_TREE__CHILDREN__INNER__CHILDREN__COUNTER__SETTINGS__BATCH",
		"tree.children[2].children[0].settings.deep.mode": "--set", "work[0].deadline": "default",
	} {
		o, ok := origins.Of(path)
		require.True(t, ok, path)
		assert.Equal(t, want, o.String(), path)
	}
}

func TestSecretsShowAsReferencesHoweverTheyArePrinted(t *testing.T) {
	in := testInput("node.yaml", whole)
	in.Env = append(in.Env, "MABEAM_SURFACES__SOCKET=${file:token}")
	cfg, origins := load(t, in)
	require.Equal(t, "hunter2", cfg.Surfaces.Socket.Reveal())
	raw, err := json.Marshal(cfg)
	require.NoError(t, err)
	shown := fmt.Sprintf("%v %+v %#v %s %v %+v %#v", cfg, cfg, cfg, raw, origins.All(), *cfg.Tree, cfg.Tree.Children)
	assert.NotContains(t, shown, "hunter2")
	assert.Contains(t, shown, "${file:token}")
}

func TestShowEnvListsExactlyTheVariablesThatWork(t *testing.T) {
	in := testInput("node.yaml", whole)
	in.Env = append(in.Env, "MABEAM_LOG__LEVEL=warn")
	var b strings.Builder
	for _, v := range ShowEnv(in) {
		fmt.Fprintf(&b, "%s %s (%s) set=%v\n", v.Name, v.Path, v.Type, v.Set)
		assert.NotEmpty(t, v.Doc, v.Name)
	}
	golden(t, "testdata/showenv.txt", b.String())

	for _, v := range ShowEnv(in) {
		probe := testInput("node.yaml", whole)
		probe.Env = append(probe.Env, strings.Replace(v.Name, openName, "X", 1)+"={")
		_, _, err := Load(probe)
		var problems Errors
		if errors.As(err, &problems) {
			for _, p := range problems {
				assert.NotEqual(t, CodeUnknownVariable, p.Code, v.Name)
			}
		}
	}
}

func TestTheRealFileSystemReadsSecretsAndChecksTasks(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("s3cret\r\n"), 0o600))
	in := Input{Name: "node.yaml", Files: OS(), Data: []byte("version: 1\nnode: {data: '${file:" + secret + "}'}\nwork: [{queue: q, tasks: '" + secret + "'}]\n")}
	cfg, _ := load(t, in)
	assert.Equal(t, "s3cret", cfg.Node.Data.Reveal())

	in.Data = []byte("version: 1\nwork: [{queue: q, tasks: '" + dir + "'}, {queue: r, tasks: '" + secret + ".no'}]\n")
	_, _, err := Load(in)
	var problems Errors
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 2)
	assert.Contains(t, problems[0].Reason, "it is a folder")
	assert.Contains(t, problems[1].Reason, "no such file")
}

func TestTenMistakesAreTenProblemsAndEachIsReachable(t *testing.T) {
	_, _, err := Load(caseInput(t, "testdata/errors/ten.yaml"))
	var problems Errors
	require.ErrorAs(t, err, &problems)
	assert.GreaterOrEqual(t, len(problems), 10)
	lines := map[int]bool{}
	for i, p := range problems {
		assert.ErrorIs(t, err, p)
		lines[p.Line] = true
		if i > 0 {
			assert.LessOrEqual(t, problems[i-1].Line, p.Line, "sorted by place")
		}
	}
	var first *FieldError
	require.ErrorAs(t, err, &first)
	assert.Equal(t, problems[0], first)
}

func TestATooLargeFileIsRefusedUnread(t *testing.T) {
	_, _, err := Load(Input{Name: "big.yaml", Data: make([]byte, maxBytes+1)})
	var problems Errors
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 1)
	assert.Equal(t, CodeLimit, problems[0].Code)
}

func TestAStreamIsNoFileOfTasks(t *testing.T) {
	_, _, err := Load(Input{Name: "node.yaml", Files: OS(), Data: []byte("version: 1\nwork: [{queue: q, tasks: " + os.DevNull + "}]\n")})
	var problems Errors
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Reason, "no regular file")
}
