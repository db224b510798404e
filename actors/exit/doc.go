// SPDX-License-Identifier: Apache-2.0

// Package exit holds exit reasons: why a process ended.
//
// Guarantees: a [Reason] is an immutable value of a closed set of kinds. It says the same thing to a link, a monitor, a caller and a
// supervisor. The zero Reason is Normal. The package is pure: it has no goroutine, clock or I/O.
//
// Usage: branch on the kind, never on the text.
//
//	switch why.Kind() {
//	case exit.Normal, exit.Shutdown:
//	case exit.Crash:
//		log.Print(why.CrashError())
//	}
//
// OTP counterpart: the reason term of exit/1. OTP lets any term be a reason; here every reason that is not normal, shutdown,
// {shutdown, Term}, killed or noproc is a [CrashError] that carries the Go error behind it.
package exit
