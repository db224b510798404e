// SPDX-License-Identifier: Apache-2.0

package council

import "mabeam.dev/actors/fault"

// ErrProof is returned for a proof of an outcome that proves nothing.
var ErrProof = fault.New(4712, "council: not a proof of an outcome")
