// SPDX-License-Identifier: Apache-2.0

package main

import "mabeam.dev/cmd/runtime/app"

func main() { app.Main() }
