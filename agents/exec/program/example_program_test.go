// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"fmt"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// Any program that reads and writes lines is an agent; this one is a shell script.
func Example() {
	const script = `
		echo '{"type":"hello","protocol":1,"name":"a shell script"}'
		while read -r line; do
			case "$line" in
			*'"type":"task"'*) echo '{"type":"result","id":"t1","output":"done by '$((6*7))'"}' ;;
			*'"type":"stop"'*) exit 0 ;;
			esac
		done`
	inbox := program.NewInbox()
	defer inbox.Leave()
	port, err := program.Open(program.Spec{Command: []string{"sh", "-c", script}}, protocol.Config{}, program.Owner{Post: inbox.Post})
	if err != nil {
		fmt.Println(err)
		return
	}
	for port.State() != protocol.Exited {
		for _, notice := range port.Handle(<-inbox.Inputs()) {
			switch n := notice.(type) {
			case protocol.BecameReady:
				fmt.Println("ready:", n.Hello.Name)
				if _, err := port.Assign(protocol.Task{ID: "t1", Kind: "sum", Attempt: 1}); err != nil {
					fmt.Println(err)
				}
			case protocol.TaskDone:
				fmt.Printf("%s: %s\n", n.ID, n.Output)
				port.Stop()
			case protocol.Ended:
				fmt.Println("ended:", n.Reason)
			}
		}
	}
	// Output:
	// ready: a shell script
	// t1: "done by 42"
	// ended: normal, asked
}
