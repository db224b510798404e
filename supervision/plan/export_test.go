// SPDX-License-Identifier: Apache-2.0

package plan

// Defects is how many deliberate mistakes there are.
const Defects = int(lastDefect) - 1

// Seed makes every state that New returns contain defect n, 1 to Defects; 0 is none. Not for parallel tests.
func Seed(n int) { seeded = defect(n) }
