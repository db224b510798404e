// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// local refuses directories on network file systems: the write-ahead log needs memory that all its users share, and locks that hold.
func local(dir string) error {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if name, remote := remoteName(int64(st.Type)); remote {
		return fmt.Errorf("%w: %q is on %s", ErrNotLocal, dir, name)
	}
	return nil
}

// remoteName names the file system of a statfs type if it is one of the network.
func remoteName(kind int64) (string, bool) {
	switch kind & 0xffffffff { // some types have the sign bit set where the field has 32 bits
	case unix.NFS_SUPER_MAGIC:
		return "NFS", true
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "SMB", true
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "AFS", true
	case unix.CODA_SUPER_MAGIC:
		return "Coda", true
	}
	return "", false
}
