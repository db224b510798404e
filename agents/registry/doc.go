// SPDX-License-Identifier: Apache-2.0

// Package registry knows the agents: who there is, what they can do, how they are. One process writes, everybody reads without asking it.
package registry
