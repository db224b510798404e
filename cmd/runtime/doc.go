// SPDX-License-Identifier: Apache-2.0

// Command runtime runs a node of supervised agents from a config file, and has the tools around it. See package app for the
// subcommands and the exit codes; a program of your own with further kinds of agents is three lines long:
//
//	func main() { app.Main(app.Kind(myKind)) }
package main
