// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSIGTERMDrainsAndTheNextStartFinishes(t *testing.T) {
	r := newRig(t)
	r.source(60)
	p := r.start("run", "--progress", "plain")
	require.True(t, p.line(`^ *\d+%  \d+/60`), p.told())
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.Zero(t, p.wait(), p.told())
	r.programsEnd()
	first := r.outcomes()
	require.NotEmpty(t, first, "progress was seen")
	require.Less(t, len(first), 60, "the signal came in the middle")
	require.NoFileExists(t, filepath.Join(r.dir, "data", "COMPLETE"))

	p = r.start("run", "--progress", "plain")
	require.Zero(t, p.wait(), p.told())
	assert.Contains(t, p.told(), "60 of 60, each with one outcome")
	for id, o := range r.outcomes() {
		if old, ok := first[id]; ok {
			assert.Equal(t, old, o, "what had ended stays as it was")
		}
	}
	r.complete()
	r.programsEnd()
}

func TestSecondSignalStopsAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		first, second syscall.Signal
		code          int
	}{
		"INT INT":   {syscall.SIGINT, syscall.SIGINT, 130},
		"TERM TERM": {syscall.SIGTERM, syscall.SIGTERM, 143},
		"TERM INT":  {syscall.SIGTERM, syscall.SIGINT, 130},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.write("node.yaml", `
version: 1
node: {name: t, drain: 60s}
surfaces: {listen: off}
tree: {children: [{id: sh, kind: exec, command: [sh, hold.sh]}]}
work: [{queue: q, tasks: tasks.jsonl, results: results.jsonl}]
`)
			r.write("tasks.jsonl", `{"id":"t1","kind":"x"}`+"\n")
			r.write("hold.sh", `
echo '{"type":"hello","protocol":1}'
while read -r line; do
	case $line in *'"task"'*) echo holding >&2 ;; esac
done
`)
			p := r.start("run", "-c", "node.yaml")
			require.True(t, p.line("holding"), p.told())
			require.NoError(t, p.cmd.Process.Signal(c.first))
			require.True(t, p.line("draining"), p.told())
			require.NoError(t, p.cmd.Process.Signal(c.second))
			assert.Equal(t, c.code, p.wait(), p.told())
			assert.Empty(t, r.outcomes())
		})
	}
}

func TestVersionNamesWhatTheBinaryIsMadeOf(t *testing.T) {
	p := newRig(t).start("version", "-o", "json")
	require.Zero(t, p.wait(), p.told())
	var v struct{ Version, Go, Protoactor, SQLite string }
	require.NoError(t, json.Unmarshal(p.stdout.Bytes(), &v))
	assert.NotEmpty(t, v.Version)
	assert.Equal(t, runtime.Version(), v.Go)
	assert.Regexp(t, `^v0\.`, v.Protoactor)
	assert.Regexp(t, `^v1\.`, v.SQLite)
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
}
