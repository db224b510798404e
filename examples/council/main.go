// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"mabeam.dev/agents/exec/guest"
)

func main() {
	if err := serve(context.Background(), os.Stdin, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve takes part until the node stops the program.
func serve(ctx context.Context, in io.Reader, out io.Writer, likes []string) error {
	hello := guest.Hello{OnVote: taste(likes).vote, OnPropose: taste(likes).propose}
	return guest.Serve(ctx, in, out, hello, func(context.Context, guest.Task) (any, error) {
		return nil, &guest.PermanentError{Err: errors.New("it only votes")}
	})
}

// taste is what the program likes, the best first.
type taste []string

// likes is how well a text fits, from 0 to 1: 1 if it is about the best.
func (t taste) likes(text string) float64 {
	for i, what := range t {
		if strings.Contains(text, what) {
			return 1 - float64(i)/float64(len(t))
		}
	}
	return 0
}

func (t taste) vote(_ context.Context, r guest.VoteRequest) (guest.Vote, error) {
	if r.Role == "rate" {
		value := t.likes(r.Question)
		return guest.Vote{Value: &value}, nil
	}
	for _, what := range t {
		if len(r.Options) == 0 || slices.Contains(r.Options, what) {
			return guest.Vote{Choice: what, Text: "I like " + what}, nil
		}
	}
	return guest.Vote{Text: "nothing here is for me"}, nil // abstains
}

func (t taste) propose(_ context.Context, r guest.VoteRequest) (guest.Proposal, error) {
	if r.Role == "critique" {
		var p guest.Proposal
		for _, item := range r.Items {
			p.Scores = append(p.Scores, guest.Score{Item: item.ID, Value: t.likes(item.Text)})
		}
		return p, nil
	}
	return guest.Proposal{Text: strings.Join(t, ", or ")}, nil
}
