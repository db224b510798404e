// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"strconv"

	"mabeam.dev/actors/fault"
)

// headBytes is how much of an offending line an error or report quotes.
const headBytes = 80

// JunkKind says why a line is no message.
type JunkKind int

// The kinds of junk.
const (
	NotJSON     JunkKind = iota // not a JSON object
	NotUTF8                     // bytes that are no UTF-8
	UnknownType                 // "type" is missing or not one of the protocol's
	BadField                    // a field is missing, of the wrong type, or (strict) unknown
	OutOfPlace                  // a message that must not come in this state, such as a second hello
	Truncated                   // output ended before the line did
)

// String names the kind for logs and metric labels.
func (k JunkKind) String() string {
	switch k {
	case NotJSON:
		return "not_json"
	case NotUTF8:
		return "not_utf8"
	case UnknownType:
		return "unknown_type"
	case BadField:
		return "bad_field"
	case OutOfPlace:
		return "out_of_place"
	case Truncated:
		return "truncated"
	}
	return "junk_" + strconv.Itoa(int(k))
}

// JunkLine is a line that is no message, with as much of it as a log should show.
type JunkLine struct {
	Kind   JunkKind // what is wrong with the line
	Head   string   // the first 80 bytes of the line, as they came
	Reason string   // what is wrong, for people
}

// Error quotes the head of the line.
func (j *JunkLine) Error() string {
	return "protocol: read line " + strconv.QuoteToASCII(j.Head) + ": " + j.Reason
}

// FaultCode is E3336.
func (*JunkLine) FaultCode() fault.Code { return 3336 }

func junkLine(kind JunkKind, line []byte, reason string) *JunkLine {
	return &JunkLine{Kind: kind, Head: string(head(line)), Reason: reason}
}

func head(line []byte) []byte { return line[:min(len(line), headBytes)] }

func quoteHead(line []byte) string { return strconv.QuoteToASCII(string(head(line))) }
