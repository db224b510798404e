// SPDX-License-Identifier: Apache-2.0

package app

import (
	"net"
	"time"
)

// dialSocket asks whether a node lives behind a socket.
func dialSocket(path string) (net.Conn, error) { return net.DialTimeout("unix", path, time.Second) }
