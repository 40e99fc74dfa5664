package slacktest

import (
	"context"
	"net"
	"sync"
)

// Pipe returns a listener for [Options] and a dialer for the client under test,
// joined in memory, so that both run inside testing/synctest, where hours of
// waiting pass at once. A client needs the dialer twice: for its websocket, and
// as DialContext of the http.Transport under its Web API calls.
//
//  1. The dialer connects to the listener whatever address it is given. After
//     the listener is closed it returns net.ErrClosed.
//  2. Connections have no buffer: a write waits for the other side's read.
func Pipe() (net.Listener, func(ctx context.Context, network, addr string) (net.Conn, error)) {
	p := &pipe{accept: make(chan net.Conn), closed: make(chan struct{})}
	return p, p.dial
}

type pipe struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return pipeAddr{} }

func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.accept <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
