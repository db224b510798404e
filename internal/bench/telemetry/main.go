// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

func run(args []string, stdout, stderr io.Writer) error {
	flags := benchtab.NewCommand("telemetry", stderr)
	rounds := flags.Int("rounds", 600, "bursts that each system is told")
	if err := flags.Read(args, func() bool { return *rounds > 0 }); err != nil {
		return err
	}
	table := benchtab.New("telemetry")
	if err := flags.Profiled(func() error {
		ctx := context.Background() // there is nobody to give up
		if err := tells(ctx, table, *rounds); err != nil {
			return fmt.Errorf("telemetry: tell: %w", err)
		}
		if err := events(ctx, table, *rounds); err != nil {
			return fmt.Errorf("telemetry: events: %w", err)
		}
		return nil
	}); err != nil {
		return err
	}
	return table.Report(stdout, flags.Out, time.Now())
}
