// SPDX-License-Identifier: Apache-2.0

package app

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"mabeam.dev/agents/reviewer"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/internal/node"
)

//go:embed mainjob/node.yaml
var mainJob []byte

// mainJobName is what the embedded file is called in messages.
const mainJobName = "(embedded) node.yaml"

// reviewProgram is the agent program beside the binary.
const reviewProgram = "reviewer"

// completeMark is the file in the data folder that says that the last main job ended; the next run then begins a new one.
const completeMark = "COMPLETE"

// mainJobInput is the embedded config with what only this machine knows.
func (c *command) mainJobInput(sets []string, calm bool) (config.Input, error) {
	words, err := json.Marshal(c.reviewCommand(calm))
	if err != nil {
		return config.Input{}, err
	}
	all := []string{"tree.children[program].command=" + string(words)}
	if calm {
		all = append(all, "chaos.panic=0", "chaos.hang=0", "chaos.exit=0")
	}
	return config.Input{Name: mainJobName, Data: mainJob, Env: c.Env, Sets: append(all, sets...), Kinds: kindInfos(c.kinds), Files: config.OS(), Series: node.SeriesNames(), Pack: node.AlertPack()}, nil
}

// reviewCommand finds the program of the exec reviewers: the one that was built beside the binary, else the binary itself, which knows
// no faults on purpose.
func (c *command) reviewCommand(calm bool) []string {
	if c.Executable == "" {
		return []string{reviewProgram}
	}
	beside := filepath.Join(filepath.Dir(c.Executable), reviewProgram)
	if _, err := os.Stat(beside); err != nil {
		return []string{c.Executable, "review-agent"}
	}
	if calm {
		return []string{beside}
	}
	return []string{beside, "-seed", "7", "-panic", "20", "-hang", "8", "-exit", "40"}
}

// goroot finds the source of the standard library.
func (c *command) goroot() (string, error) {
	if dir := c.env("GOROOT"); dir != "" {
		return dir, nil
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("the main job reviews Go's standard library, and 'go env GOROOT' does not say where it is: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// mainJobTasks makes a task of every package of the standard library; the order is the same at every start.
func (c *command) mainJobTasks() (iter.Seq2[plan.Task, error], int, error) {
	root, err := c.goroot()
	if err != nil {
		return nil, 0, err
	}
	packages, err := reviewer.StdlibPackages(root)
	if err != nil {
		return nil, 0, err
	}
	return func(yield func(plan.Task, error) bool) {
		for _, p := range packages {
			input, err := json.Marshal(p)
			if !yield(plan.Task{ID: p.ImportPath, Kind: "review", Capability: "review", Input: input}, err) {
				return
			}
		}
	}, len(packages), nil
}

// beginMainJob clears away a job that is complete; one that was interrupted goes on.
func beginMainJob(cfg config.Config) (resumed bool, err error) {
	data := cfg.Node.Data.Reveal()
	mark := filepath.Join(data, completeMark)
	if _, err := os.Stat(mark); err == nil {
		old, err := filepath.Glob(filepath.Join(data, "mabeam.db*"))
		if err != nil {
			return false, err
		}
		for _, path := range append(old, cfg.Work[0].Results.Reveal(), mark) { // the mark last: an interruption here is done again
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return false, err
			}
		}
		return false, nil
	}
	_, err = os.Stat(filepath.Join(data, "mabeam.db"))
	return err == nil, nil
}

// endMainJob marks the job complete.
func endMainJob(cfg config.Config) error {
	return os.WriteFile(filepath.Join(cfg.Node.Data.Reveal(), completeMark), nil, 0o644)
}
