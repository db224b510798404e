// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"mabeam.dev/internal/admin"
)

// surfaces are the listeners of a node: HTTP on loopback, and a unix socket. A nil surfaces has none.
type surfaces struct {
	tcp     net.Listener // nil when off
	servers []*http.Server
}

// serve opens the listeners.
func serve(n *Node) (*surfaces, error) {
	s := &surfaces{}
	if n.o.NoSurfaces {
		return s, nil
	}
	where := n.o.Config.Surfaces
	handler := admin.Join(admin.Handler(n, n.metrics.Handler()), admin.Tasks(n.intake()))
	if !where.Listen.Off() {
		l, err := net.Listen("tcp", string(where.Listen))
		if err != nil {
			s.close()
			return nil, fmt.Errorf("%w (surfaces.listen can name another address, port 0 for any free one, or off)", err)
		}
		s.tcp = l
		s.run(l, handler, n.o.Logger)
	}
	path := where.Socket.Reveal()
	if path == "" {
		path = admin.SocketPath(n.o.RuntimeDir, n.o.Config.Node.Name)
	}
	l, err := admin.ListenSocket(path)
	if err != nil {
		s.close()
		return nil, fmt.Errorf("%w (surfaces.socket can name another path)", err)
	}
	s.run(l, handler, n.o.Logger)
	return s, nil
}

// intake is how tasks come in over HTTP.
func (n *Node) intake() admin.TaskOptions {
	o := admin.TaskOptions{Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body), Now: n.sys.Now}
	for i, q := range n.queues {
		o.Queues = append(o.Queues, admin.NamedQueue{Name: n.o.Config.Work[i].Queue, Queue: q})
	}
	return o
}

func (s *surfaces) run(l net.Listener, h http.Handler, logger *slog.Logger) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	s.servers = append(s.servers, server)
	go func() { // ends with close
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("node: surface ended", "addr", l.Addr().String(), "error", err)
		}
	}()
}

// addr returns the TCP address.
func (s *surfaces) addr() string {
	if s == nil || s.tcp == nil {
		return ""
	}
	return s.tcp.Addr().String()
}

// close ends the listeners; requests under way get a moment.
func (s *surfaces) close() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close() // whoever still reads is cut off
		}
	}
}
