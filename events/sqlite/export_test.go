// SPDX-License-Identifier: Apache-2.0

package sqlite

// Flushed gives a channel that is closed when nothing acknowledged waits to be flushed.
func Flushed(s *Store) <-chan struct{} {
	done := make(chan struct{})
	go func() { // ends when the timer has done its work, which the test waits for
		defer close(done)
		for {
			s.turn <- struct{}{}
			loose := s.loose
			<-s.turn
			if !loose {
				return
			}
		}
	}()
	return done
}
