// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"fmt"

	"mabeam.dev/cognitive/team"
)

// BestTeam searches the best team for a variable of the kind Agents among candidates, and proposes nothing; its errors are those of SelectTeam.
func (s *Space) BestTeam(ctx context.Context, variable string, from Candidates) (TeamChoice, error) {
	x, err := s.search(ctx, variable, from)
	if err != nil {
		return TeamChoice{}, err
	}
	t, err := team.Select(x.q)
	if err != nil {
		return TeamChoice{}, fmt.Errorf("cognitive: team %q: %w", variable, err)
	}
	return x.choice(t), nil
}
