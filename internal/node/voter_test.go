// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"mabeam.dev/agents/exec/guest"
)

// voterRole is set where the test binary is to be an agent's program that votes.
const voterRole = "NODE_TEST_VOTER"

// votes is the program: one that is for salad and proposes it, one that never answers, one whose answers are all wrong, or one that does not vote.
func votes(role string) {
	echo := func(_ context.Context, t guest.Task) (any, error) { return t.Input, nil }
	var hello guest.Hello
	if of, ok := strings.CutPrefix(role, "skill "); ok {
		hello.OnVote = expertVote(of)
		role = ""
	}
	switch role {
	case "green":
		hello.OnVote = func(_ context.Context, r guest.VoteRequest) (guest.Vote, error) {
			if !slices.Contains(r.Options, "salad") {
				return guest.Vote{Text: "no salad"}, nil
			}
			return guest.Vote{Choice: "salad"}, nil
		}
	case "silent":
		hello.OnVote = func(ctx context.Context, _ guest.VoteRequest) (guest.Vote, error) {
			<-ctx.Done()
			return guest.Vote{}, ctx.Err()
		}
	case "hostile":
		spoil()
		return
	}
	if err := guest.Serve(context.Background(), os.Stdin, os.Stdout, hello, echo); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// spoil answers each request with votes that do not count, and more than one of them.
func spoil() {
	wrong := []string{
		`"type":"vote","choice":"the president"`, `"type":"vote","choice":{}`, `"type":"vote","value":7`, `"type":"vote"`, `"type":"vote","choice":["salad"]`,
		`"type":"propose","text":"salad"`, `"type":"vote","choice":"salad","confidence":-1`,
	}
	fmt.Println(`{"type":"hello","protocol":1,"features":["vote"]}`)
	in := bufio.NewScanner(os.Stdin)
	for n := 0; in.Scan(); {
		var m struct{ Type, ID string }
		if json.Unmarshal(in.Bytes(), &m) != nil || m.Type == "stop" {
			return
		}
		if m.Type == "vote_request" {
			fmt.Printf("{%s,\"id\":%q}\n", wrong[n%len(wrong)], m.ID)
			fmt.Printf(`{"type":"vote","id":%q,"choice":"soup"}`+"\n", m.ID)
			fmt.Printf(`{"type":"vote","id":"nobody","choice":"soup"}` + "\n")
			n++
		}
	}
}
