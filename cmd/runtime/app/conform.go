// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mabeam.dev/testkit/conform"
)

// conform prints the traces of supervision scripts.
func (c *command) conform() *cobra.Command {
	var out, engine string
	cmd := &cobra.Command{
		Use:   "conform [--out DIR] SCRIPT...",
		Short: "Print what a supervisor does with scripts, in the format of the OTP oracle",
		Long: `conform runs supervision scripts on real supervisors and prints their traces. Each
trace equals, byte for byte, what Erlang/OTP 25 answers to the same script.

  runtime conform testkit/conform/testdata/scripts/*.txt
  runtime conform --out traces script.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("conform needs at least one script")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(engine, "live", "pure"); err != nil {
				return usage("engine %q: want live or pure", engine)
			}
			var failed error
			for _, path := range args {
				if err := c.trace(cmd.Context(), path, out, engine); err != nil {
					failed = errors.Join(failed, err)
				}
			}
			return failed
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write each trace to a file of the script's name in this folder")
	cmd.Flags().StringVar(&engine, "engine", "live", "live: real processes; pure: the decisions alone")
	return cmd
}

func (c *command) trace(ctx context.Context, path, out, engine string) error {
	script, err := conform.ParseFile(path)
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	var e conform.Engine = conform.NewLive()
	if engine == "pure" {
		e = conform.NewPure()
	}
	trace, err := conform.Run(ctx, script, e)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if out == "" {
		_, err = fmt.Fprint(c.Stdout, trace)
		return err
	}
	return os.WriteFile(filepath.Join(out, filepath.Base(path)), []byte(trace), 0o644)
}
