// SPDX-License-Identifier: Apache-2.0

// Command market is a node whose agents bid for files to hash: market.yaml says what each asks, and who pays.
//
// Guarantees: a task goes to the agent that asks least, which is paid what the next best asks when its result is there, and not otherwise; each task
// ends once, and the books balance, whatever crashes.
//
// Usage: go run ./examples/market run -c market.yaml, in a folder with market.yaml and tasks.jsonl. The results say of each attempt who had it and
// at what price.
package main
