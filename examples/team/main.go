// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/supervision"
)

// upper upper-cases text.
func upper(_ context.Context, t agents.Task) (json.RawMessage, error) {
	return json.RawMessage(strings.ToUpper(string(t.Input))), nil
}

func run() error {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)

	kind := agents.Native("upper", "Upper-cases text.", func(agents.Spec) (agents.Worker, error) { return agents.WorkerFunc(upper), nil })
	dir, directory := agents.NewDirectory(sys, "agents")
	sweep := dir.Sweep("health", agents.Sweep{})
	team, writers, err := agents.NewTeam(sys, agents.TeamSpec{Name: "writers", Kind: kind, Directory: dir, Partitions: 2})
	if err != nil {
		return err
	}
	if _, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{directory, sweep, writers}}); err != nil {
		return err
	}

	for _, id := range []string{"ann", "bob", "cid"} {
		agent, err := team.Add(ctx, agents.Spec{ID: id, Capabilities: agents.Can("text/upper"), Labels: map[string]string{"zone": "eu"}})
		if err != nil {
			return err
		}
		out, err := agent.Do(ctx, agents.Task{ID: "greet", Input: json.RawMessage(`"hello, ` + id + `"`)})
		if err != nil {
			return err
		}
		fmt.Println(string(out))
	}
	for info := range dir.Infos() {
		fmt.Println(info.Spec.Team, info.Spec.ID, info.State, info.Incarnation, info.Performance.Done)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Println(err)
	}
}
