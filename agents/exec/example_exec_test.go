// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"context"
	"encoding/json"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
)

// A program of a few lines is an agent.
func Example() {
	const script = `
		echo '{"type":"hello","protocol":1}'
		while read -r line; do
			case "$line" in
			*'"type":"task"'*) echo '{"type":"result","id":"t1","output":'$((6*7))'}' ;;
			esac
		done`
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())

	settings, err := json.Marshal(exec.Settings{Command: []string{"sh", "-c", script}})
	if err != nil {
		fmt.Println(err)
		return
	}
	agent, err := agents.Spawn(sys, agents.Spec{ID: "sum", Settings: settings}, exec.Kind(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := agent.Do(context.Background(), agents.Task{ID: "t1", Attempt: 1, Token: 1})
	fmt.Println(string(out), err)
	// Output: 42 <nil>
}
