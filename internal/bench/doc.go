// SPDX-License-Identifier: Apache-2.0

// Command bench measures the kernel through its public API against baselines taken in the same run, prints a table, and writes the rows
// to out/bench/kernel.json. Values are medians of interleaved rounds; on a shared machine only the ratios mean something. It exits
// with 0 whatever the figures are: a missed goal is a row, not a failure.
package main
