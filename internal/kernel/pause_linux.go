// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pause is a sleep that another goroutine may end, on a timer of the operating system that the runtime waits for as it does for the network.
type pause struct {
	file *os.File // nil if there is no such timer
	timerPause
}

func newPause() *pause {
	p := &pause{timerPause: newTimerPause()}
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err == nil { // it may be that no more files can be opened
		p.file = os.NewFile(uintptr(fd), "timer")
	}
	return p
}

// sleep returns after d, or false when the pause has been closed.
func (p *pause) sleep(d time.Duration) bool {
	if p.file == nil {
		return p.timerPause.sleep(d)
	}
	conn, err := p.file.SyscallConn()
	if err != nil {
		return false
	}
	set := func(fd uintptr) {
		err = unix.TimerfdSettime(int(fd), 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}, nil)
	}
	if closed := conn.Control(set); closed != nil || err != nil {
		return false
	}
	var expirations [8]byte
	_, err = p.file.Read(expirations[:])
	return err == nil
}

func (p *pause) close() {
	p.timerPause.close()
	if p.file != nil {
		_ = p.file.Close() // a second close is one too many and nothing else
	}
}
