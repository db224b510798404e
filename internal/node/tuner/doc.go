// SPDX-License-Identifier: Apache-2.0

// Package tuner lets sessions of optimisation search with the methods of package cognitive/optimize.
//
// Guarantees: equal settings and seeds make equal searches, so that a session that is replayed proposes the same trials. Nothing here blocks.
//
// Usage, where the engine is made:
//
//	err := engine.Register(protocols.Tuning(tuner.Searches()))
//
// A session then names the search and says what there is to search:
//
//	{"search": "optimize", "settings": {"method": "auto", "limit": 40, "space": [{"name": "x", "kind": "float", "min": -5, "max": 5}]}}
//
// Members get a trial's values by name as its point. Duties of the user: none. Failure modes: settings that make no space or no search are refused when the session is
// opened, with every mistake. OTP has no counterpart. State: a search belongs to its session. Tests drive a search without agents.
package tuner
