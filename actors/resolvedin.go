// SPDX-License-Identifier: Apache-2.0

package actors

import "mabeam.dev/internal/kernel"

// ResolvedIn is [Resolved] for an address that no process owns: what is told to nobody is a dead letter of the system.
func ResolvedIn[M any](sys *System, name string, resolve func() PID) Ref[M] {
	return Ref[M]{addr: kernel.NewAddress(sys.kernel, name, func() *kernel.Proc { return resolve().proc })}
}
