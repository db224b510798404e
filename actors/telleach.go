// SPDX-License-Identifier: Apache-2.0

package actors

import "iter"

// TellEach tells several processes the same, one after the other, as Tell does. All get the same copy of the message, which takes memory once.
func TellEach[M any](to iter.Seq[Ref[M]], m M) {
	var shared any = m
	for r := range to {
		if r.proc != nil {
			r.proc.Tell(shared, r.from)
			continue
		}
		r.Tell(m)
	}
}
