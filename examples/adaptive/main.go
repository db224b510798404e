// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"mabeam.dev/actors"
)

func main() {
	every := flag.Duration("phase", 20*time.Second, "how long a phase of the load is")
	out := flag.String("o", "adaptive.svg", "file for the picture; empty draws none")
	flag.Parse()
	if flag.NArg() > 0 || *every < time.Second {
		fmt.Fprintln(os.Stderr, "adaptive: want -phase 1s or more, -o FILE, and nothing else")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Stdout, *every, *out); err != nil {
		fmt.Fprintln(os.Stderr, "adaptive:", err)
		os.Exit(1)
	}
}

// run has both jobs work, prints what they did, and draws it.
func run(ctx context.Context, w io.Writer, every time.Duration, out string) error {
	fmt.Fprintf(w, "one job with fixed settings and one that adapts them, beside each other, for %s\n\n", time.Duration(len(phases))*every)
	fixed, adaptive, why, err := compare(ctx, every, 1)
	if err != nil {
		return err
	}
	lines, _ := summary(fixed, adaptive, every)
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
	fmt.Fprintln(w, "\nthe last changes, and why")
	for _, l := range why {
		fmt.Fprintln(w, l)
	}
	if out == "" {
		return nil
	}
	if err := os.WriteFile(out, []byte(plot(fixed, adaptive, every)), 0o644); err != nil { //nolint:gosec // a picture for anybody
		return err
	}
	fmt.Fprintln(w, "\nwrote", out)
	return nil
}

// compare runs both jobs, each in a system of its own.
func compare(ctx context.Context, every time.Duration, seed uint64) (fixed, adaptive *record, why []string, err error) {
	fixed, adaptive = &record{name: "fixed"}, &record{name: "adaptive"}
	for _, r := range []*record{fixed, adaptive} {
		sys := actors.New(actors.Options{Seed: seed})
		defer func() { _ = sys.Close(context.WithoutCancel(ctx)) }()
		r.began = sys.Now()
		space, err := start(ctx, sys, r.name, r == adaptive, every, r.add)
		if err != nil {
			return nil, nil, nil, err
		}
		if r == fixed {
			continue
		}
		if err := sys.Sleep(ctx, time.Duration(len(phases))*every); err != nil {
			return nil, nil, nil, err
		}
		all, err := space.Adapters(ctx)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, a := range all {
			for _, t := range a.Told[max(len(a.Told)-4, 0):] {
				why = append(why, fmt.Sprintf("%8s  %-12s %-15s %s", t.At.Sub(r.began).Round(100*time.Millisecond), a.Variable, t.What, t.Why))
			}
		}
	}
	return fixed, adaptive, why, nil
}
