// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	rules, rest, err := parse(args)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	goTool := os.Getenv("GO")
	if goTool == "" {
		goTool = "go"
	}
	if rules.Concurrent {
		if rest, err = concurrent(goTool, rest); err != nil {
			fmt.Fprintf(stderr, "testreport: %v\n", err)
			return 2
		}
		rules.Notes = append(rules.Notes, "packages of the pure layer: they start nothing, and a test of internal/archtest holds them to it; and "+program+", whose tests run finished binaries")
	}
	// Without the profile of the program: with it every package would be compiled once more for a test of one.
	cmd := exec.Command(goTool, append([]string{"test", "-json", "-pgo=off"}, rest...)...)
	cmd.Stderr = stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		fmt.Fprintf(stderr, "testreport: start %q: %v\n", goTool, err)
		return 2
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(stderr, "testreport: start %q: %v\n", goTool, err)
		return 2
	}
	r := NewRun()
	readErr := feed(r, pipe, stdout)
	childErr := errors.Join(cmd.Wait(), readErr)
	problems := r.Problems(rules, childErr)
	fmt.Fprint(stdout, r.Summary(rules, problems))
	if len(problems) > 0 {
		return 1
	}
	return 0
}

// feed reads whole lines of any length: a test may print megabytes in one of them.
func feed(r *Run, src io.Reader, dst io.Writer) error {
	lines := bufio.NewReader(src)
	for {
		line, err := lines.ReadString('\n')
		if n := len(line); n > 0 {
			if line[n-1] == '\n' {
				line = line[:n-1]
			}
			fmt.Fprint(dst, r.Line(line))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// parse takes testreport's own flags from the front of the arguments and leaves the rest to go test.
func parse(args []string) (Rules, []string, error) {
	var rules Rules
	for len(args) > 0 {
		switch args[0] {
		case "-strict":
			rules.Strict = true
			args = args[1:]
		case "-concurrent":
			rules.Concurrent = true
			args = args[1:]
		case "-min", "-note":
			if len(args) < 2 {
				return rules, nil, fmt.Errorf("testreport: flag %q: value missing", args[0])
			}
			if args[0] == "-note" {
				rules.Notes = append(rules.Notes, args[1])
			} else {
				n, err := strconv.Atoi(args[1])
				if err != nil || n < 0 {
					return rules, nil, fmt.Errorf("testreport: flag \"-min\": %q is not a count", args[1])
				}
				rules.Min = n
			}
			args = args[2:]
		default:
			return rules, args, nil
		}
	}
	return rules, args, nil
}
