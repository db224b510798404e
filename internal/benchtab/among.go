// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"strconv"
	"strings"
)

const among = " among "

// Among names a measure whose figure depends on how many take part: "hand-over of a lock among 64".
func Among(what string, n int) string { return what + among + strconv.Itoa(n) }

// SplitAmong is the inverse of Among, and false for every other name.
func SplitAmong(measure string) (what string, n int, ok bool) {
	at := strings.LastIndex(measure, among)
	if at <= 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(measure[at+len(among):])
	return measure[:at], n, err == nil && n > 0
}
