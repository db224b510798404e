// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/market/integrity"
)

func Example() {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	limiter, _ := integrity.NewLimiter(integrity.Rate{PerMinute: 6, Burst: 1})
	fmt.Println(limiter.Take("bidder-1", "owner", now))
	var limited *integrity.LimitedError
	if errors.As(limiter.Take("bidder-2", "owner", now), &limited) {
		fmt.Println(limited.Subject, "waits", limited.After)
	}

	var ratings []integrity.Rated
	for i := range 10 {
		ratings = append(ratings, integrity.Rated{Deal: fmt.Sprint("deal-", i), From: "slanderer", To: "expert", Rating: .1, Outcome: .9, At: now})
	}
	finding := integrity.Ratings(ratings, integrity.RatingRules{})[0]
	c := integrity.Open("case-1", finding, "", now)
	fmt.Println(finding.Kind, finding.Subjects, finding.Severity, c.State, c.Punishable())
	// Output:
	// <nil>
	// owner waits 10s
	// slander [slanderer] throttle reported false
}
