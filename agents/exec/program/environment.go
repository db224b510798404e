// SPDX-License-Identifier: Apache-2.0

package program

// passed are the names every program gets when the runtime has them. Anything more, above all keys and
// tokens of the runtime, has to be named.
var passed = [...]string{"PATH", "HOME", "LANG", "TMPDIR"}

// environment builds a program's environment. It is never nil: nil would hand over everything.
func environment(lookup func(string) (string, bool), names, entries []string) []string {
	env := []string{}
	for _, name := range append(passed[:], names...) {
		if value, ok := lookup(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, entries...) // os/exec lets the last of a name win
}
