// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"mabeam.dev/agents/exec/guest"
)

// sharerRole is set where the test binary is to be an agent's program that lives by variables.
const sharerRole = "NODE_TEST_SHARER"

// order is the input of a task of such a program.
type order struct {
	Do, Name, Version, Scope, Rationale string
	Value                               any
	Metrics                             map[string]float64
}

// reply is the output.
type reply struct {
	OK            bool
	Value         json.RawMessage
	Version       string
	Code, Message string
	Changes       []guest.Change
	Answers       []string
}

// shares is the program: one that does what its tasks say, one that never says that it uses a change, or one that writes whatever its tasks say.
func shares(role string) {
	if role == "raw" {
		raw()
		return
	}
	var mu sync.Mutex
	var changes []guest.Change
	heard := make(chan struct{}, 1) // changes has more
	hello := guest.Hello{OnChange: func(_ context.Context, c guest.Change) error {
		mu.Lock()
		changes = append(changes, c)
		mu.Unlock()
		select {
		case heard <- struct{}{}:
		default:
		}
		if role == "reluctant" {
			return errors.New("not me")
		}
		return nil
	}}
	err := guest.Serve(context.Background(), os.Stdin, os.Stdout, hello, func(ctx context.Context, t guest.Task) (any, error) {
		var o order
		if err := json.Unmarshal(t.Input, &o); err != nil {
			return nil, err
		}
		var r reply
		var err error
		switch o.Do {
		case "get":
			r.Value, r.Version, r.OK = guest.Load[json.RawMessage](ctx, o.Name)
			return r, nil
		case "until": // the program was told of a version
			for {
				mu.Lock()
				told := slices.Clone(changes)
				mu.Unlock()
				if slices.ContainsFunc(told, func(c guest.Change) bool { return c.Variable == o.Name && c.Scope == o.Scope && c.Version == o.Version }) {
					return reply{OK: true, Changes: told}, nil
				}
				select {
				case <-heard:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
		case "suggest":
			var got guest.Suggested
			got, err = guest.Suggest(ctx, guest.Suggestion{Variable: o.Name, Value: o.Value, Rationale: o.Rationale, Base: o.Version})
			r.Value, r.Version = got.Value, got.Version
		case "report":
			err = guest.Report(ctx, guest.Feedback{Variable: o.Name, Version: o.Version, Metrics: o.Metrics})
		}
		var refused *guest.RefusedError
		switch {
		case errors.As(err, &refused):
			r.Code, r.Message = refused.Code, refused.Message
		case err != nil:
			return nil, err
		default:
			r.OK = true
		}
		return r, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// raw writes the lines that a task's input has, and gives back as many answers of the node as it wants.
func raw() {
	fmt.Println(`{"type":"hello","protocol":1,"features":["variables"]}`)
	in := bufio.NewReader(os.Stdin)
	task, want, answers := "", 0, []string{}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var m struct {
			Type, ID string
			Input    script
		}
		if json.Unmarshal(line, &m) != nil || m.Type == "stop" {
			return
		}
		switch m.Type {
		case "task":
			task, want, answers = m.ID, m.Input.Want, nil
			go func() { // ends with the lines
				for _, l := range m.Input.Lines {
					fmt.Println(l)
				}
			}()
		case "answer":
			answers = append(answers, string(line))
		}
		if task != "" && len(answers) >= want {
			out, _ := json.Marshal(reply{Answers: answers})
			fmt.Printf(`{"type":"result","id":%q,"output":%s}`+"\n", task, out)
			task = ""
		}
	}
}

// script is what such a program is to write, and how many answers it waits for.
type script struct {
	Lines []string
	Want  int
}
