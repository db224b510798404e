// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFileSystemsOfTheNetworkAreKnown(t *testing.T) {
	for kind, want := range map[int64]string{
		0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "SMB", 0xfe534d42: "SMB", -0xacb2be: "SMB", 0x5346414f: "AFS", 0x73757245: "Coda",
		0xef53: "", 0x01021994: "", 0x9123683e: "", 0x58465342: "", 0x794c7630: "", // ext4, tmpfs, btrfs, xfs, overlay
	} {
		name, remote := remoteName(kind)
		assert.Equal(t, want, name, "%#x", kind)
		assert.Equal(t, want != "", remote, "%#x", kind)
	}
	assert.NoError(t, local(t.TempDir()))
	assert.True(t, errors.Is(local(filepath.Join(t.TempDir(), "none")), os.ErrNotExist))
}
