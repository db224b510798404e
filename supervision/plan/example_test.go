// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"

	"mabeam.dev/supervision/plan"
)

// A child crashes, its first restart fails, the second attempt works. The executor here is the reader.
func Example() {
	s, err := plan.New(plan.Spec{
		Intensity: plan.Intensity{Max: 3},
		Children:  []plan.Child{{ID: "db", Start: "how to start it"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	show := func(actions []plan.Action) (retry plan.RetryKey) {
		for _, a := range actions {
			switch a := a.(type) {
			case plan.Start:
				fmt.Println("start", a.Child.ID)
			case plan.PostRetry:
				fmt.Println("try again later")
				retry = a.Key
			case plan.Ready:
				fmt.Println("ready")
			}
		}
		return retry
	}
	show(s.Step(plan.Begin{}))
	show(s.Step(plan.Started{Ref: 1}))
	show(s.Step(plan.ChildExited{Ref: 1, Reason: plan.Reason{Class: plan.ClassCrash}}))
	retry := show(s.Step(plan.Failed{Reason: plan.Reason{Class: plan.ClassCrash}}))
	show(s.Step(plan.RetryDue{Key: retry}))
	show(s.Step(plan.Started{Ref: 2}))
	fmt.Println("running", s.Ref("db"))
	// Output:
	// start db
	// ready
	// start db
	// try again later
	// start db
	// running 2
}
