// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"context"
	"io"
	"io/fs"
	"syscall"
)

// The codes of errors of the standard library.
const (
	firstForeign Code = 2001

	deadlineExceeded Code = 2001
	canceled         Code = 2002
	notExist         Code = 2003
	exist            Code = 2004
	permission       Code = 2005
	closed           Code = 2006
	noSpace          Code = 2007
	refused          Code = 2008
	broken           Code = 2009
	addressInUse     Code = 2010
	tooManyFiles     Code = 2011
	device           Code = 2012
	timedOut         Code = 2013
	noMemory         Code = 2014
	cutShort         Code = 2015
	readOnly         Code = 2016

	lastForeign Code = 2099
)

// recognise gives codes to errors of the standard library that mean the same to everybody.
func recognise(err error) (Entry, bool) {
	code := Code(0)
	if no, ok := err.(syscall.Errno); ok { //nolint:errorlint // one layer at a time
		code = errno(no)
	}
	switch err { //nolint:errorlint // one layer at a time
	case context.DeadlineExceeded:
		code = deadlineExceeded
	case context.Canceled:
		code = canceled
	case fs.ErrNotExist:
		code = notExist
	case fs.ErrExist:
		code = exist
	case fs.ErrPermission:
		code = permission
	case fs.ErrClosed, io.ErrClosedPipe:
		code = closed
	case io.ErrUnexpectedEOF:
		code = cutShort
	}
	if t, ok := err.(interface{ Timeout() bool }); ok && code == 0 && t.Timeout() {
		code = timedOut
	}
	return Lookup(code)
}

// errno gives codes to what the operating system answers.
func errno(no syscall.Errno) Code {
	switch no { //nolint:exhaustive // the others say nothing that everybody could act on
	case syscall.ENOENT:
		return notExist
	case syscall.EEXIST:
		return exist
	case syscall.EACCES, syscall.EPERM:
		return permission
	case syscall.ENOSPC, syscall.EDQUOT:
		return noSpace
	case syscall.ECONNREFUSED:
		return refused
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE:
		return broken
	case syscall.EADDRINUSE:
		return addressInUse
	case syscall.EMFILE, syscall.ENFILE:
		return tooManyFiles
	case syscall.EIO:
		return device
	case syscall.ETIMEDOUT:
		return timedOut
	case syscall.ENOMEM:
		return noMemory
	case syscall.EROFS:
		return readOnly
	}
	return 0
}
