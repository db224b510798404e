// SPDX-License-Identifier: Apache-2.0

// Package capability says what agents offer and what tasks need, and whether the one meets the other.
//
// # Guarantees
//
//   - A name is a path such as nlp/summarise. An offer is a name with or without a version: nlp/summarise@1.2.
//   - A need is a name, nlp/summarise, or a name and all below it, nlp/*, with or without bounds on the version: nlp/summarise>=1.2,<2.
//   - A need without bounds is met by every version and by none. A need with bounds is not met by an offer without a version.
//   - Versions and the bounds on them are those of package balance: up to four numbers, of which those that are not written are 0.
//   - String gives a need without white space, which ParseNeed reads back.
//
// # Usage
//
//	need, err := capability.ParseNeed("nlp/summarise >= 1.2, < 2")
//	met := need.MetBy(capability.Offer{Name: "nlp/summarise", Version: "1.4"})
//
// # Failure modes
//
// What cannot be read is a [*SyntaxError] with the place. An offer whose version cannot be read meets no bound.
//
// # OTP
//
// There is no counterpart in OTP.
//
// # State
//
// There is none: everything here is a value.
package capability
