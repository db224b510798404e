// SPDX-License-Identifier: Apache-2.0

package actors

import "mabeam.dev/actors/exit"

// Crashes reports whether an error that Init or Receive returns crashes the process: it is one, and neither a stop value nor Ignore. A
// behaviour around another one asks before it adds something to an error, which a stop value does not survive.
func Crashes(err error) bool {
	return err != nil && err != Ignore && reasonOf(err).Kind() == exit.Crash //nolint:errorlint // a wrapped stop value is a crash
}
