// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// The exit statuses; see the package comment.
const (
	statusOK = iota
	statusUnnoticed
	statusUnusable
)

func main() {
	os.Exit(run(os.Args[1:], ".", os.Stdout, os.Stderr))
}

func run(args []string, root string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "try only the mutants whose name matches this `regexp`")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: mutants [-only REGEXP] LIST")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return statusOK
		}
		return statusUnusable
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return statusUnusable
	}
	rows, err := try(flags.Arg(0), *only, root, stdout)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return statusUnusable
	}
	if !allKilled(rows) {
		return statusUnnoticed
	}
	return statusOK
}

// try prints a row as soon as its mutant is judged. The error tells why not all of them were.
func try(path, only, root string, stdout io.Writer) ([]Row, error) {
	began := time.Now()
	list, err := load(path, only)
	if err != nil {
		return nil, err
	}
	root, err = filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("mutants: root: %w", err)
	}
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return nil, fmt.Errorf("mutants: scratch: %w", err)
	}
	defer os.RemoveAll(scratch)
	trial := Trial{Go: goCommand(), Root: root, Scratch: scratch, Package: list.Package, Pattern: list.Pattern}
	passed, err := trial.baseline()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stdout, "%s without a mutant: tests that pass: %d\n", list.Package, passed)
	var rows []Row
	for _, m := range list.Mutants {
		row, err := trial.try(m)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		fmt.Fprint(stdout, row.text(list.width()))
	}
	fmt.Fprint(stdout, summary(rows, time.Since(began)))
	return rows, nil
}

// load reads a list and leaves what only asks for, all if it is empty.
func load(path, only string) (List, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return List{}, fmt.Errorf("mutants: read: %w", err)
	}
	list, err := parseList(path, string(text))
	if err != nil {
		return List{}, err
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return List{}, fmt.Errorf("mutants: flag \"-only\": %w", err)
	}
	var mutants []Mutant
	for _, m := range list.Mutants {
		if wanted.MatchString(m.Name) {
			mutants = append(mutants, m)
		}
	}
	if len(mutants) == 0 {
		return List{}, fmt.Errorf("mutants: flag \"-only\": no mutant of %q matches %q", path, only)
	}
	list.Mutants = mutants
	return list, nil
}

func (l List) width() int {
	width := 0
	for _, m := range l.Mutants {
		width = max(width, len(m.Name))
	}
	return width
}

func goCommand() string {
	if g := os.Getenv("GO"); g != "" {
		return g
	}
	return "go"
}
