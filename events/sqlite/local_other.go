// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package sqlite

// local trusts the user where this package cannot tell one file system from another; see the duties in the package's documentation.
func local(string) error { return nil }
