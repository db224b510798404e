// SPDX-License-Identifier: Apache-2.0

// Package guest is the program's side of the exec protocol: what a Go program needs to be an agent of a node that runs it.
//
// Guarantees: [Serve] says hello, does each task on a goroutine of its own, at most as many at once as the agent's concurrency, answers
// each with its result or error, and returns when the node says stop or closes standard input, as every agent program must. Standard output belongs to the protocol; write logs to standard error.
//
// Usage: the whole of an agent program.
//
//	func main() {
//		err := guest.Serve(context.Background(), os.Stdin, os.Stdout, guest.Hello{}, upper)
//	}
//
// A handler may count what it does with [Record]; the node keeps the agent's metrics.
//
// A program with [Hello.OnBid] is asked what it wants for tasks where a queue gives them out by auction; prices are exact decimal amounts (package
// money), and an error or a zero [Bid] passes.
//
// A program with [Hello].Variables or [Hello.OnChange] lives by shared variables: [Get] and [Load] read what its agent sees, without waiting; [Suggest] proposes a value and [Report]
// tells what was measured with a version, each with an error that has the node's code.
//
// Duties of the user: a handler returns when its context ends, which is when its task is cancelled, and a Bidder within the time of the request.
//
// Failure modes: Serve returns the error of reading or writing; a line that is no message is one too. State: none.
package guest
