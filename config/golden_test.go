// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry/alert"
)

var rewrite = flag.Bool("rewrite", false, "rewrite golden files and the generated reference")

// memory is a file system of literal files; reading any other fails.
type memory map[string]string

func (m memory) ReadFile(name string, max int64) ([]byte, error) {
	text, ok := m[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text[:min(int64(len(text)), max)]), nil
}

func (m memory) Readable(name string) error {
	_, err := m.ReadFile(name, 1)
	return err
}

type counter struct {
	Batch  int            `yaml:"batch" default:"10" min:"1" max:"100" doc:"Items at a time."`
	Every  time.Duration  `yaml:"every" default:"1s" doc:"Pause."`
	Token  Text           `yaml:"token" doc:"Credential."`
	Labels map[string]int `yaml:"labels" doc:"Numbers by name."`
	Deep   struct {
		Mode Level `yaml:"mode" default:"warn" doc:"Loudness."`
	} `yaml:"deep" doc:"Section."`
}

var testKinds = map[string]KindInfo{
	"text.count": {Doc: "Counts.", Settings: reflect.TypeFor[counter](), Check: func(s any) []Issue {
		if s.(counter).Batch == 13 {
			return []Issue{{"batch", "thirteen brings bad luck"}}
		}
		return nil
	}},
	"text.index": {Doc: "Indexes."},
	"text.free":  {Doc: "Takes anything.", Settings: reflect.TypeFor[map[string]any]()},
}

var (
	testSeries = []string{"system.processes", "system.dead_letters", "work.seconds"}
	testPack   = []alert.Rule{{Name: "dead-letters", Series: "system.dead_letters", Stat: alert.Rate, Threshold: 10}}
)

var testFiles = memory{"tasks.jsonl": "", "token": "hunter2\n", "big": strings.Repeat("x", maxSecret+1)}

func testInput(name, text string) Input {
	return Input{Name: name, Data: []byte(text), Env: []string{"SECRET=hunter2", "PATH=/bin"}, Kinds: testKinds, Files: testFiles, Series: testSeries, Pack: testPack}
}

// caseInput reads a test file: lines "#env NAME=value" and "#set key=value" are environment and arguments.
func caseInput(t *testing.T, path string) Input {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	in := testInput(filepath.Base(path), string(data))
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if v, ok := strings.CutPrefix(line, "#env "); ok {
			in.Env = append(in.Env, v)
		}
		if v, ok := strings.CutPrefix(line, "#set "); ok {
			in.Sets = append(in.Sets, v)
		}
	}
	return in
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *rewrite {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "go test ./config -rewrite makes it")
	assert.Equal(t, string(want), got)
}

func TestEveryMistakeIsShownAsItsGoldenText(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			cfg, _, err := Load(caseInput(t, path))
			var problems Errors
			require.ErrorAs(t, err, &problems)
			assert.Equal(t, Config{}, cfg)
			assert.NotContains(t, problems.Text()+string(problems.JSON())+err.Error(), "hunter2", "a secret is shown")
			golden(t, strings.TrimSuffix(path, ".yaml")+".txt", problems.Text())
		})
	}
}

func TestEveryCodeHasAGoldenText(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	require.NoError(t, err)
	seen := map[Code]bool{}
	for _, path := range files {
		_, _, err := Load(caseInput(t, path))
		var problems Errors
		require.ErrorAs(t, err, &problems)
		for _, p := range problems {
			seen[p.Code] = true
		}
	}
	for _, c := range []Code{
		CodeSyntax, CodeLimit, CodeUnknownKey, CodeDuplicateKey, CodeWrongType, CodeUnknownValue, CodeBadValue, CodeUnit, CodeRange,
		CodeEmpty, CodeMissing, CodeDuplicateID, CodeConflict, CodeVersion, CodeReference, CodeUnreadable, CodeUnknownVariable,
		CodeArgument, CodeKind,
	} {
		assert.True(t, seen[c], "no file in testdata/errors shows code %s", c)
	}
}

func TestProblemsEncodeAsJSON(t *testing.T) {
	_, _, err := Load(caseInput(t, "testdata/errors/ten.yaml"))
	var problems Errors
	require.True(t, errors.As(err, &problems))
	golden(t, "testdata/ten.json", string(problems.JSON()))
}
