// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
)

// A team of one upper-cases a word. With events/sqlite instead of events/memory the work outlives the program.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
	directory, directoryChild := agents.NewDirectory(sys, "agents")
	upper := agents.Native("upper", "Upper-cases text.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) {
			return bytes.ToUpper(t.Input), nil
		}), nil
	})
	agent, _ := agents.Child(agents.Spec{ID: "u1"}, upper, directory)

	var results bytes.Buffer
	queue, err := work.New(sys, work.Options{Epoch: "start-1", Journal: journal, Directory: directory})
	if err != nil {
		fmt.Println(err)
		return
	}
	queue.WriterSink("results", &results)
	_, err = supervision.Start(sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: []supervision.Child{
		supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...),
		directoryChild, supervision.Sub("work", queue.Spec()), agent,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipts, _ := queue.Submit(ctx, plan.Task{ID: "t1", Kind: "upper", Input: json.RawMessage(`"hi"`)})
	fmt.Println(receipts[0].ID, receipts[0].State)
	stats, _ := queue.WaitDone(ctx)
	line, _ := lines.ParseOutcome(results.Bytes())
	fmt.Println(stats.Done, line.Outcome, string(line.Output))
	// Output:
	// t1 accepted
	// 1 done "HI"
}
