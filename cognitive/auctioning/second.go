// SPDX-License-Identifier: Apache-2.0

package auctioning

import (
	"errors"
	"fmt"
)

// Bid is what an agent offers for owning a decision.
type Bid struct {
	Agent  string
	Amount int64
}

// Sale is who owns a decision, and what for.
type Sale struct {
	// Winner is the index of its bid; below 0 if nobody has reached the reserve.
	Winner int
	// Price is the second highest bid, or the reserve if that is more.
	Price int64
}

// SecondPrice sells a decision to the highest bid that is not below the reserve, and above 0; of equal ones to the first.
func SecondPrice(bids []Bid, reserve int64) (Sale, error) {
	var problems []error
	if reserve < 0 || reserve > MaxAmount {
		problems = append(problems, &SpecError{"reserve", fmt.Sprintf("%d is not from 0 to %d", reserve, int64(MaxAmount))})
	}
	if len(bids) > MaxAgents {
		problems = append(problems, &SpecError{"bids", fmt.Sprintf("there are more than %d", MaxAgents)})
	}
	seen := map[string]bool{}
	sale := Sale{Winner: -1, Price: reserve}
	for i, b := range bids {
		if b.Agent == "" || seen[b.Agent] || b.Amount < 0 || b.Amount > MaxAmount {
			problems = append(problems, &SpecError{"bids", fmt.Sprintf("%q has no name, two bids, or one that is not from 0 to %d", b.Agent, int64(MaxAmount))})
		}
		seen[b.Agent] = true
		switch {
		case b.Amount < reserve || b.Amount <= 0:
		case sale.Winner < 0:
			sale.Winner = i
		case b.Amount > bids[sale.Winner].Amount:
			sale.Winner, sale.Price = i, bids[sale.Winner].Amount
		case b.Amount > sale.Price:
			sale.Price = b.Amount
		}
	}
	if err := errors.Join(problems...); err != nil {
		return Sale{}, err
	}
	if sale.Winner < 0 {
		sale.Price = 0
	}
	return sale, nil
}
