// SPDX-License-Identifier: Apache-2.0

package fault

import "time"

// The kinds of advice that entries give. Waits of packages that know better are in their specs.
var (
	never    = Retry{}
	quickly  = Retry{Class: Exponential, Base: 10 * time.Millisecond, Max: time.Second}       // somebody else was first, or a moment's fullness
	later    = Retry{Class: Exponential, Base: 100 * time.Millisecond, Max: 10 * time.Second} // something is on its way back
	slowly   = Retry{Class: Linear, Base: time.Second, Max: 30 * time.Second}                 // something takes its time
	steadily = Retry{Class: Fixed, Base: 5 * time.Second}                                     // a person is needed, and asking costs little
	custom   = Retry{Class: Custom}
	restart  = Retry{Class: Restart}
	replace  = Retry{Class: Replace}
	degrade  = Retry{Class: Degrade}
	escalate = Retry{Class: Escalate}
)
