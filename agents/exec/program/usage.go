// SPDX-License-Identifier: Apache-2.0

package program

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
)

// ErrNotMeasured is returned by Usage where the system does not tell what a process uses, and once the program is gone.
var ErrNotMeasured = fault.New(3313, "program: usage not measured")

// Usage is what the process of a program uses. Its children are not counted.
type Usage struct {
	CPU    time.Duration // time on a CPU since the start, user's and system's together
	Memory int64         // bytes that are resident now
}

// Usage asks the system what the program's process uses. It takes some ten microseconds.
func (p *Process) Usage() (Usage, error) {
	p.reaping.Lock() // until it is reaped the number is the program's
	defer p.reaping.Unlock()
	if p.reaping.reaped {
		return Usage{}, ErrNotMeasured
	}
	u, err := usageOf(p.pid)
	if err != nil && !errors.Is(err, ErrNotMeasured) {
		err = fmt.Errorf("program: measure %q: %w: %w", p.spec.Command[0], ErrNotMeasured, err)
	}
	return u, err
}

// Usage asks the system what the program's process uses; see Process.Usage.
func (p *Port) Usage() (Usage, error) { return p.process.Usage() }
