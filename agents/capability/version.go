// SPDX-License-Identifier: Apache-2.0

package capability

import (
	"slices"
	"strconv"
	"strings"
)

// version is four numbers, of which those that are not written are 0.
type version [4]uint32

// parseVersion reads a version, or says what is wrong with it.
func parseVersion(text string) (v version, wrong string) {
	parts := strings.Split(text, ".")
	if len(parts) > len(v) {
		return v, "a version has at most four numbers"
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || part[0] == '+' {
			return v, "want a version such as 1.2"
		}
		v[i] = uint32(n)
	}
	return v, ""
}

func (v version) compare(w version) int { return slices.Compare(v[:], w[:]) }

func (v version) String() string {
	n := len(v)
	for n > 1 && v[n-1] == 0 {
		n--
	}
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strconv.FormatUint(uint64(v[i]), 10)
	}
	return strings.Join(parts, ".")
}
