// SPDX-License-Identifier: Apache-2.0

package sim

import "mabeam.dev/internal/kernel"

// Post lets a message pass, or lets a fault have it.
func (s *scheduler) Post(from, to *kernel.Proc, msg any, deliver func()) bool { return false }

// Call runs a callback of p and writes it into the trace.
func (s *scheduler) Call(p *kernel.Proc, what string, msg any, next func() error) error {
	s.trace.add(s.clock.now, p, what, msg)
	return next()
}
