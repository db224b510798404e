// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"mabeam.dev/config"
	"mabeam.dev/market/wdp/cert"
)

// market is the parent of the verbs about markets.
func (c *command) market() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "market",
		Short: "Solve auctions, check the proofs, and see to cases and rankings",
		Long: `market decides combinatorial auctions: which bids win so that they pay the most, and
what each winner pays.

  runtime market solve auction.json                      winners, and the proof that no others pay more
  runtime market verify auction.json proof.json          a proof, checked without the solver

On a running node it shows who is how good, and decides cases of misconduct:

  runtime market rankings                                agents by what was measured of their deals
  runtime market book gpu-hours --watch                  depth and trades of a book of orders
  runtime market order gpu-hours buy 10 --price 2.50 --owner ann --key ann-17
  runtime market cases                                   cases, and what monitors have found
  runtime market case review c-1 --by judge              a step of a case`,
		Args: func(cmd *cobra.Command, args []string) error { return unknown(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(c.marketRankings(), c.marketCases(), c.marketCase(), c.marketSolve(), c.marketVerify(), c.marketBook(), c.marketOrder())
	return cmd
}

// maxAuction is how large a file of an auction or of a proof may be, in bytes.
const maxAuction = 1 << 30

// auction reads a problem; "-" means standard input. What is wrong with it is wrong usage.
func (c *command) auction(name string) (*cert.Problem, error) {
	data, err := c.wholeFile(name)
	if err != nil {
		return nil, exitWith(ExitUsage, err)
	}
	problem, err := cert.Decode(data)
	if err != nil {
		return nil, exitWith(ExitUsage, fmt.Errorf("%s: %w", name, err))
	}
	return problem, nil
}

// wholeFile reads a file, or standard input for "-".
func (c *command) wholeFile(name string) ([]byte, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(c.Stdin, maxAuction+1))
	} else {
		data, err = config.OS().ReadFile(name, maxAuction+1)
	}
	if err == nil && len(data) > maxAuction {
		err = fmt.Errorf("%s: larger than %d bytes", name, maxAuction)
	}
	return data, err
}
