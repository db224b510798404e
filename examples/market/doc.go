// SPDX-License-Identifier: Apache-2.0

// Command market is a node whose agents bid for files to hash: market.yaml says what each asks, and who pays.
//
// Guarantees: a task goes to the agent that asks least, which is paid what the next best asks when its result is there, and not otherwise; each task
// ends once, and the books balance, whatever crashes.
//
// Usage: go run ./examples/market run -c market.yaml, in a folder with market.yaml and tasks.jsonl. It ends with
//
//	done     8 results, 0 dead letters, 0 cancelled, 0 open, in 0.2 s
//	agents   crashes 0, restarts 0, gave up 0
//	results  results.jsonl
//	journal  ./data
//
//	AGENT    TASKS  SUCCESS  P50     P99     BUSY  STARTS
//	hasty    1      0.0%     20.8µs  20.8µs  0%    1
//	steady   7      100.0%   12.8µs  18.3µs  0%    1
//	thrifty  1      100.0%   6.37µs  6.37µs  0%    1
//
// and the results say of each attempt who had it and, in millionths, at what price: 2000000, the ceiling, for one that nobody else had a free slot for.
//
//	{"id":"f4",...,"agent":"steady",...,"attempts":[{"n":1,"agent":"steady","end":"done",...,"price":2000000}],"position":15}
package main
