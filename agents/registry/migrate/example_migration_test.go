// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry/basic"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/supervision"
)

func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	before, children, _ := basic.New(sys, basic.Spec{Name: "before"})
	after, more, _ := basic.New(sys, basic.Spec{Name: "after"})
	m, child, err := migrate.New(sys, migrate.Spec{Old: migrate.Basic(before), New: migrate.Basic(after)})
	if err != nil {
		fmt.Println(err)
		return
	}
	children = append(append(children, more...), child)
	if _, err := supervision.Start(sys, "registries", supervision.Spec{Children: children}); err != nil {
		fmt.Println(err)
		return
	}
	book := m.Book() // what everybody else holds
	_, err = book.Register(ctx, &index.Row{ID: "ledger", Kind: basic.Service})
	fmt.Println(err)
	for _, c := range []plan.Command{plan.Start, plan.SwitchReads, plan.Copy, plan.Verify, plan.SwitchReads, plan.SwitchWrites} {
		if s, err := m.Do(ctx, c); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println(c, "->", s.Phase)
		}
	}
	_, err = book.Register(ctx, &index.Row{ID: "mailer", Kind: basic.Service})
	fmt.Println(err, before.Stats().Rows, after.Stats().Rows)
	s, err := m.Do(ctx, plan.Rollback)
	fmt.Println(s.Phase, err, before.Stats().Rows)
	// Output:
	// <nil>
	// start -> shadowing
	// plan: switch_reads: needs verify before, as the phase is shadowing
	// copy -> copied
	// verify -> verified
	// switch_reads -> reads
	// switch_writes -> switched
	// <nil> 1 2
	// idle <nil> 2
}
