// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"mabeam.dev/internal/benchtab"
)

var errUsage = errors.New("usage")

func main() {
	switch err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("telemetry", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 600, "bursts that each system is told")
	out := flags.String("out", "out/bench", "folder of the JSON file")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	if flags.NArg() > 0 || *rounds < 1 {
		fmt.Fprintf(stderr, "telemetry: unknown %q, or rounds that are not positive\n", flags.Args())
		return errUsage
	}
	table := benchtab.New("telemetry")
	if err := tells(ctx, table, *rounds); err != nil {
		return fmt.Errorf("telemetry: tell: %w", err)
	}
	if err := events(ctx, table, *rounds); err != nil {
		return fmt.Errorf("telemetry: events: %w", err)
	}
	return table.Report(stdout, *out, time.Now())
}
