// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"time"
)

// tick is the unit of CPU time in /proc, which the kernel shows all programs as a hundredth of a second whatever its own is.
const tick = time.Second / 100

// Fields of /proc/PID/stat behind the name, counted from 0.
const (
	statUser   = 11
	statSystem = 12
	statPages  = 21
)

var errStat = errors.New("its stat file is not as expected")

func usageOf(pid int) (Usage, error) {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return Usage{}, err
	}
	return parseStat(line, os.Getpagesize())
}

// parseStat reads the line of a process. The name stands in parentheses and may hold anything, parentheses too.
func parseStat(line []byte, page int) (Usage, error) {
	cut := bytes.LastIndexByte(line, ')')
	if cut < 0 {
		return Usage{}, errStat
	}
	fields := bytes.Fields(line[cut+1:])
	if len(fields) <= statPages {
		return Usage{}, errStat
	}
	var all [3]int64
	for i, at := range [...]int{statUser, statSystem, statPages} {
		n, err := strconv.ParseInt(string(fields[at]), 10, 64)
		if err != nil || n < 0 {
			return Usage{}, errStat
		}
		all[i] = n
	}
	return Usage{CPU: time.Duration(all[0]+all[1]) * tick, Memory: all[2] * int64(page)}, nil
}
