// SPDX-License-Identifier: Apache-2.0

//go:build unix

package admin

import (
	"fmt"
	"os"
	"syscall"
)

// private checks that a folder is this user's own and that nobody else can put anything into it. The folder for temporary files is open to
// all, so somebody may have made ours first.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 || (ok && int(stat.Uid) != os.Getuid()) {
		return fmt.Errorf("%w: %s", ErrForeignFolder, dir)
	}
	return nil
}
