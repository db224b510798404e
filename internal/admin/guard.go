// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// guarded lets callers in who may, and turns errors into answers.
func (t *tasks) guarded(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := t.admit(r)
		if err == nil {
			err = serve(w, r)
		}
		if err != nil {
			answerProblem(w, err)
		}
	}
}

// admit decides who may: who has the token, and who is on this machine. A browser is on this machine, too, and does what any page tells it to, so a request
// that a page made, or that was led here by a name of somebody else's, is not let in for that reason.
func (t *tasks) admit(r *http.Request) error {
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && local.Network() == "unix" {
		return nil
	}
	shown, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if bearer && t.o.Token != "" && same(shown, t.o.Token) {
		return nil
	}
	switch near := loopback(r.RemoteAddr); {
	case near && !loopback(r.Host):
		return refuse(http.StatusForbidden, CodeForbidden, "the name %q is not one of this machine", r.Host)
	case near && !sameOrigin(r):
		return refuse(http.StatusForbidden, CodeForbidden, "a page of %s may not", r.Header.Get("Origin"))
	case near:
		return nil
	case t.o.Token == "":
		return refuse(http.StatusForbidden, CodeForbidden, "only this machine may: the node has no token (surfaces.token)")
	}
	return refuse(http.StatusUnauthorized, CodeUnauthorized, "show the node's token: Authorization: Bearer TOKEN")
}

// same compares in a time that tells nothing about where two texts differ, nor how long they are.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// loopback reports whether an address, with or without a port, is one of this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sameOrigin reports whether a request was not made by a page of another origin.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "" || site == "none" || site == "same-origin"
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}
