// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
)

// ErrUsage is returned for a command line that says what is not known; what is known has been printed.
var ErrUsage = errors.New("benchtab: usage")

// Main runs a program of benchmarks with the arguments of the process, and ends it with 2 after a wrong command line and 1 after a failure.
func Main(run func(args []string, stdout, stderr io.Writer) error) {
	switch err := run(os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, ErrUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Command is the command line of a program of benchmarks: its own flags, and those that all of them have.
type Command struct {
	*flag.FlagSet
	// Out is the folder of the JSON files.
	Out     string
	profile string
}

// NewCommand makes a command line with -out and -cpuprofile. What is wrong with it is written to stderr.
func NewCommand(name string, stderr io.Writer) *Command {
	c := &Command{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	c.SetOutput(stderr)
	c.StringVar(&c.Out, "out", "out/bench", "folder of the JSON files")
	c.StringVar(&c.profile, "cpuprofile", "", "write a profile of the processor's time to this file")
	return c
}

// Wrong says what is wrong with the command line, with all that it may be, and returns ErrUsage.
func (c *Command) Wrong(format string, args ...any) error {
	fmt.Fprintf(c.Output(), "%s: %s\n", c.Name(), fmt.Sprintf(format, args...))
	c.Usage()
	return ErrUsage
}

// Read parses the arguments. They must be flags alone, and what positive gives when they are read must be.
func (c *Command) Read(args []string, positive func() bool) error {
	if err := c.Parse(args); err != nil {
		return ErrUsage
	}
	if c.NArg() > 0 || !positive() {
		return c.Wrong("unknown %q, or a flag that is not positive", c.Args())
	}
	return nil
}

// Profiled does the measuring, under the profiler if that was asked for.
func (c *Command) Profiled(measure func() error) error {
	if c.profile == "" {
		return measure()
	}
	file, err := os.Create(c.profile)
	if err != nil {
		return fmt.Errorf("%s: profile: %w", c.Name(), err)
	}
	if err = pprof.StartCPUProfile(file); err == nil {
		err = measure()
		pprof.StopCPUProfile()
	}
	return errors.Join(err, file.Close())
}
