// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/market/wdp/cert"
)

func (c *command) marketVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify FILE.json PROOF.json", Short: "Check the proof of an auction's outcome without the solver",
		Long: `verify checks that the winners of a proof may win together, pay what it claims, and that no
other bids pay more. It computes in whole numbers and shares nothing with the solver.

  runtime market verify auction.json proof.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("%s needs two files, an auction and a proof", cmd.CommandPath())
			}
			return nil
		},
	}
	form := outputFlag(cmd, "text", "json")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := checkOutput(*form, "text", "json"); err != nil {
			return err
		}
		problem, err := c.auction(args[0])
		if err != nil {
			return err
		}
		data, err := c.wholeFile(args[1])
		if err != nil {
			return exitWith(ExitUsage, err)
		}
		proof, err := cert.DecodeProof(data)
		if err != nil {
			return exitWith(ExitUsage, fmt.Errorf("%s: %w", args[1], err))
		}
		return c.verdictOf(args[1], proof, cert.Check(problem, proof), *form)
	}
	return cmd
}

// verdictOf says whether a proof holds; one that does not is a failure.
func (c *command) verdictOf(file string, proof *cert.Proof, err error, form string) error {
	if form == "json" {
		v := struct {
			Valid   bool   `json:"valid"`
			Revenue int64  `json:"revenue"`
			Reason  string `json:"reason,omitempty"`
		}{Valid: err == nil, Revenue: proof.Revenue}
		if err != nil {
			v.Reason = err.Error()
		}
		if bad := json.NewEncoder(c.Stdout).Encode(v); bad != nil {
			return errors.Join(err, bad)
		}
	} else if err == nil {
		fmt.Fprintf(c.Stdout, "%s: ok, %d is the most that these bids pay\n", file, proof.Revenue)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
