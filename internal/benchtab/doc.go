// SPDX-License-Identifier: Apache-2.0

// Package benchtab is the one form in which the project reports measurements: a table on the terminal and the same rows as
// JSON.
//
// # Guarantees
//
// The table and the file hold the same rows in the order in which they were added. A ratio is always value over baseline,
// computed here and never given. A row without a goal is neither met nor missed. A figure that is not a finite number, a
// ratio goal without a baseline, and an empty table are errors, so a broken measurement cannot pass as a good one. The file
// appears whole or not at all, and Read returns the rows as they were added.
//
// # Usage
//
//	t := benchtab.New("kernel")
//	t.Add(benchtab.Row{
//		Measure: "tell", Unit: "ns/op", Value: 61,
//		Baseline: 58, BaselineName: "raw protoactor-go send", Goal: benchtab.RatioAtMost(1.15),
//	})
//	err := t.Report(os.Stdout, "out/bench", time.Now())
//
// # Duties of the user
//
// Measure value and baseline interleaved in one run: on shared cores only the ratio means something.
//
// # Failure modes
//
// Report returns every fault of every row at once (each a *RowError), or the error of the file system. A missed goal is not
// an error; ask Missed.
//
// # State and testing
//
// A Table belongs to the goroutine that made it. Tests of users call Render and Validate, which touch nothing outside.
package benchtab
