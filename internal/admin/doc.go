// SPDX-License-Identifier: Apache-2.0

// Package admin is how a running node is looked at from outside: HTTP over loopback and over a unix socket, and the client of both.
//
// Guarantees: everything here reads; nothing changes the node. /healthz answers while the process lives, /readyz only when every phase
// is up, and names those that are not. The socket is made with mode 0600 in a folder of mode 0700; a socket left by a dead node is
// taken over, one that answers is not ([ErrInUse]), and a file that is no socket is left alone ([ErrNoSocket]). Answers carry "version": 1 and stable keys.
//
// Usage: the node serves [Handler] on its listeners; `runtime inspect` asks through a [Client].
//
// Failure modes: [UnreachableError] when no node answers; [StatusError] for a refusal, with the node's own words.
//
// State: none but the listeners. Tests use net/http/httptest and a socket in a temporary folder.
package admin
