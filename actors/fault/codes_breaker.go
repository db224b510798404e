// SPDX-License-Identifier: Apache-2.0

package fault

// breaker is 5xxx: circuits that are open. Nothing has one yet.
var breaker = []Entry{}
