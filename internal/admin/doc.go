// SPDX-License-Identifier: Apache-2.0

// Package admin is how a running node is reached from outside: HTTP over loopback and over a unix socket, and the client of both.
//
// Guarantees: what [Handler] serves reads, and nothing of it changes the node. What [Tasks] serves takes tasks in and steers queues: only for callers on this
// machine that are no page in a browser, and for those who show the node's token, which is compared in constant time. A task is acknowledged when it is
// durable. Bodies are bounded. /healthz answers while the node's root supervisor lives, /readyz says how
// every phase and service is, and 503 when a required phase is not up. The socket is made with mode 0600 in a folder of mode 0700; a socket left by a dead node is
// taken over, one that answers is not ([ErrInUse]), and a file that is no socket is left alone ([ErrNoSocket]). Answers carry "version": 1 and stable keys.
//
// Usage: the node serves [Handler] and [Tasks], put together by [Join], on its listeners; `runtime inspect` and `runtime work` ask through a [Client].
//
// Failure modes: [UnreachableError] when no node answers; [StatusError] for a refusal, with the node's own words. Over HTTP a refusal about tasks is a
// [ProblemAnswer] with a code for programs.
//
// State: none but the listeners. Tests use net/http/httptest and a socket in a temporary folder.
package admin
