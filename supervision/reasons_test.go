// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"errors"

	"mabeam.dev/actors/exit"
)

var supervisedBoom = exit.CrashOf(&exit.CrashError{Cause: errors.New("boom")})
