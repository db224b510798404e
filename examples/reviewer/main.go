// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"mabeam.dev/agents/chaos"
	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/agents/reviewer"
)

func main() {
	var seed int64
	var exit, hang, fault, findings int
	flag.Int64Var(&seed, "seed", 1, "seed of the faults")
	flag.IntVar(&exit, "exit", 0, "tasks in a thousand at which the program exits")
	flag.IntVar(&hang, "hang", 0, "tasks in a thousand at which the program hangs")
	flag.IntVar(&fault, "panic", 0, "tasks in a thousand at which the program panics")
	flag.IntVar(&findings, "findings", 25, "findings that a report lists")
	flag.Parse()
	faults := chaos.Plan{Seed: seed, Exit: chaos.PerMille(exit), Hang: chaos.PerMille(hang), Panic: chaos.PerMille(fault)}
	review := func(ctx context.Context, t guest.Task) (any, error) {
		switch faults.Choose(t.ID, t.Attempt) {
		case chaos.Exit:
			os.Exit(3)
		case chaos.Hang:
			select {} // deaf to everything but a signal
		case chaos.Panic:
			panic("panic on purpose")
		case chaos.None:
		}
		return reviewer.Do(ctx, t.Input, reviewer.Options{MaxFindings: findings})
	}
	if err := guest.Serve(context.Background(), os.Stdin, os.Stdout, guest.Hello{}, review); err != nil {
		fmt.Fprintln(os.Stderr, "reviewer:", err)
		os.Exit(1)
	}
}
