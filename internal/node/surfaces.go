// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// surfaceService is how the node is reached: HTTP on loopback, and a unix socket. A mistake in the config of either is found at the start.
var surfaceService = service{
	Service: phase.Service{
		Name: "http", Phase: phase.Surfaces, Loss: phase.Alone,
		Without: "The node cannot be asked, and takes in no task over HTTP; work goes on.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		if n.o.NoSurfaces {
			return nil, nil
		}
		return []supervision.Child{supervision.Worker("http", func() actors.Behavior[served] { return &surface{n: n} }, actors.Kind("surface"))}, nil
	},
}

// served is the end of one listener.
type served struct {
	addr string
	err  error
}

// surface is the process that owns the listeners. Requests are answered on goroutines of net/http, outside of any process.
type surface struct {
	n       *Node
	servers []*http.Server
}

// Init opens the listeners. The address that was free at the first start is asked for again at later ones.
func (s *surface) Init(ctx *actors.Context[served]) error {
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { s.cut() }); err != nil {
		return err
	}
	where := s.n.o.Config.Surfaces
	handler := s.n.dials(s.n.assembly(s.n.counters(s.n.handler())))
	if !where.Listen.Off() {
		addr := string(where.Listen)
		if known := s.n.addr.Load(); known != nil {
			addr = *known
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("%w (surfaces.listen can name another address, port 0 for any free one, or off)", err)
		}
		addr = l.Addr().String()
		s.n.addr.Store(&addr)
		s.serve(ctx, l, handler)
	}
	path := where.Socket.Reveal()
	if path == "" {
		path = admin.SocketPath(s.n.o.RuntimeDir, s.n.o.Config.Node.Name)
	}
	l, err := admin.ListenSocket(path)
	if err != nil {
		return fmt.Errorf("%w (surfaces.socket can name another path)", err)
	}
	s.serve(ctx, l, handler)
	return nil
}

// serve answers at a listener until the server is shut down or cut.
func (s *surface) serve(ctx *actors.Context[served], l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	s.servers = append(s.servers, server)
	ctx.Go(func(ctx context.Context) served {
		over := make(chan struct{})     // closed when nobody is answered any more
		context.AfterFunc(ctx, func() { // on a goroutine that ends with shut
			defer close(over)
			shut(server)
		})
		err := server.Serve(l)
		if ctx.Err() != nil {
			<-over
		}
		return served{l.Addr().String(), err}
	})
}

// shut lets requests under way end, for a moment; whoever still reads is cut off.
func shut(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		_ = server.Close() // there is nobody to tell
	}
}

// Receive ends with a listener that has ended.
func (s *surface) Receive(_ *actors.Context[served], m served) error {
	return fmt.Errorf("node: surface %s ended: %w", m.addr, m.err)
}

// cut ends the listeners of a process that was not asked to end.
func (s *surface) cut() {
	for _, server := range s.servers {
		_ = server.Close() // closing twice is no mistake
	}
}

// handler is all that the node answers over HTTP.
func (n *Node) handler() http.Handler {
	all := admin.WithWatch(admin.Join(admin.Handler(n, n.metrics.Handler()), n.traceIntake(admin.Tasks(n.intake()))), n.views())
	all = admin.WithMarket(all, admin.Market(n.bazaar()))
	return admin.WithDeals(admin.WithAgents(admin.WithEvents(all, n.past()), admin.Agents(n.crew())), admin.Deals(n.court()))
}

// intake is how tasks come in over HTTP.
func (n *Node) intake() admin.TaskOptions {
	o := admin.TaskOptions{Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body), Now: n.sys.Now}
	for i, q := range n.queues {
		o.Queues = append(o.Queues, admin.NamedQueue{Name: n.o.Config.Work[i].Queue, Queue: q})
	}
	return o
}
