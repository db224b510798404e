// SPDX-License-Identifier: Apache-2.0

// Package buildinfo says what program is running: version, commit, toolchain.
//
// Guarantees: it reads only what the linker and the toolchain put into the binary; nothing fails, and what is unknown is "devel" or
// empty. It keeps no state.
package buildinfo
