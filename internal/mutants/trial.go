// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// Trial runs the tests of one list. Scratch is a directory of its own; nothing is written to Root.
type Trial struct {
	// Go is the go command.
	Go string
	// Root is the root of the module, as an absolute path.
	Root string
	// Scratch takes overlays.
	Scratch string
	// Package and Pattern are those of the list.
	Package, Pattern string
}

// baseline runs the tests on the source as it is. Without it, tests that are red anyway would kill every mutant.
func (t Trial) baseline() (passed int, err error) {
	run, verdict, err := t.test()
	if err != nil {
		return 0, err
	}
	if verdict != Survived {
		return 0, fmt.Errorf("mutants: test %q without a mutant: want it to pass; passed: %d, failed: %q\n%s", t.Package, run.Passed, run.Failed, run.Output)
	}
	return run.Passed, nil
}

// try plants m and runs the tests. The error says that there was nothing to judge: the disk, or the go command.
func (t Trial) try(m Mutant) (Row, error) {
	row := Row{Mutant: m}
	changed, err := m.apply(os.DirFS(t.Root))
	if err != nil {
		row.Verdict, row.Detail = NotApplicable, err.Error()
		return row, nil
	}
	overlay, err := t.overlay(m.Name, changed)
	if err != nil {
		return row, fmt.Errorf("mutants: plant %q: %w", m.Name, err)
	}
	run, verdict, err := t.test("-overlay", overlay)
	if err != nil {
		return row, err
	}
	row.Verdict, row.Failed = verdict, run.Failed
	if verdict == NotCompiling || verdict == NoVerdict {
		row.Detail = run.Output
	}
	return row, nil
}

// overlay writes the changed files and the file that tells the go command about them.
func (t Trial) overlay(name string, changed map[string]string) (string, error) {
	dir := filepath.Join(t.Scratch, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for file, text := range changed {
		copied := filepath.Join(dir, strconv.Itoa(len(overlay.Replace))+".go")
		if err := os.WriteFile(copied, []byte(text), 0o644); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(t.Root, filepath.FromSlash(file))] = copied
	}
	encoded, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, encoded, 0o644)
}

// test runs the tests with further flags. Vet is off: it would judge the style of a mistake.
func (t Trial) test(flags ...string) (TestRun, Verdict, error) {
	args := append([]string{"test", "-json", "-vet=off", "-count=1", "-timeout=2m", "-run", t.Pattern}, flags...)
	cmd := exec.Command(t.Go, append(args, t.Package)...)
	cmd.Dir = t.Root
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return TestRun{}, NoVerdict, fmt.Errorf("mutants: run %q: %w", t.Go, err)
	}
	run := readRun(out.String())
	return run, run.judge(err == nil), nil
}
