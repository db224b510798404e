// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// The records of which there is one for each process fill the allocator's classes of 288 and 64 bytes. One word more in a Proc is 32 bytes
// more for every process: what few processes need belongs into its extra.
func TestRecordsFitTheirSizeClasses(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Proc{}), uintptr(288), "Proc")
	assert.LessOrEqual(t, unsafe.Sizeof(tie{}), uintptr(64), "tie")
}
