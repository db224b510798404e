// SPDX-License-Identifier: Apache-2.0

package app

import (
	"net"
	"strings"
)

// What a service manager is told, in the words of sd_notify(3).
const (
	notifyReady    = "READY=1"
	notifyStopping = "STOPPING=1"
)

// notify tells the service manager that started this process, if it wants to be told: systemd does with Type=notify.
func (c *command) notify(state string) {
	path := c.env("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	if name, abstract := strings.CutPrefix(path, "@"); abstract {
		path = "\x00" + name
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return // nobody listens any more; the manager notices by itself
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(state)) // as above
}
