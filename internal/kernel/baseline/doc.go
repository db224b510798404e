// SPDX-License-Identifier: Apache-2.0

// Package baseline runs protoactor-go as it comes, without the kernel: the yardstick that the kernel's benchmarks are measured against.
//
// Guarantees: default props, default mailbox, default dispatcher; nothing of the kernel is involved. Only benchmarks and their tests
// use it. State: each [System] owns a protoactor system of its own until Close.
package baseline
