// SPDX-License-Identifier: Apache-2.0

package protocol_test

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/agents/exec/protocol"
)

// A session is told what happened and answers with what to do.
func Example() {
	s := protocol.NewSession(protocol.Config{})
	show := func(actions []protocol.Action) {
		for _, a := range actions {
			switch a := a.(type) {
			case protocol.WriteLine:
				fmt.Printf("to the program: %s", a.Line)
			case protocol.ArmTimer:
				fmt.Printf("wait for %v: %v\n", a.Timer.Kind, a.After)
			case protocol.TaskDone:
				fmt.Printf("%s is done: %s\n", a.ID, a.Output)
			case protocol.Ended:
				fmt.Println("ended:", a.Reason)
			}
		}
	}
	show(s.Begin())
	show(s.Step(protocol.LineRead{Line: []byte(`{"type":"hello","protocol":1}`)}))
	actions, _ := s.Assign(protocol.Task{ID: "t1", Kind: "double", Input: json.RawMessage(`21`), Attempt: 1})
	show(actions)
	show(s.Step(protocol.LineRead{Line: []byte(`{"type":"result","id":"t1","output":42}`)}))
	show(s.Step(protocol.ProcessExited{Status: protocol.Status{Signal: 11}}))
	// Output:
	// wait for start: 5s
	// to the program: {"type":"ready","protocol":1,"inflight":1,"line_limit":1048576,"features":["record"]}
	// to the program: {"type":"task","id":"t1","kind":"double","input":21,"attempt":1}
	// t1 is done: 42
	// ended: signal 11
}
