// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"strings"

	"mabeam.dev/internal/admin"
)

// explainAdaptation says what adapts a variable, and what it did last and why. A variable that nobody adapts has nothing to say.
func (c *command) explainAdaptation(ctx context.Context, client *admin.Client, v admin.VariableView) error {
	a, err := client.Adaptation(ctx, v.Space, v.Name)
	if err != nil || a.Strategy == admin.Unadapted {
		return err
	}
	fmt.Fprintf(c.Stdout, "adapts    %s\n", adaptationLine(a))
	fmt.Fprintf(c.Stdout, "reports   %.0f of the present value, score %.4g; %d in all, %d outdated, %d dropped\n", a.Reports, a.Score, a.Received, a.Outdated, a.Dropped)
	if len(a.Told) == 0 {
		return nil
	}
	t := &tables{c: c}
	if err := t.head("TIME", "DID", "WHY"); err != nil {
		return err
	}
	for _, one := range a.Told {
		t.line(one.Time, one.What, strings.TrimSpace(firstLine(one.Why)))
	}
	return t.end()
}
