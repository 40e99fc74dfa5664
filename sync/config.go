package sync

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/slackstate/slackstate/api"
)

// Config says how to reach Slack, and whom to tell.
type Config struct {
	// Token is sent with every Web API call and nowhere else.
	Token string

	// TokenSource returns a token where Token is empty, and another when Slack
	// says that one has expired: the call is then made once more. It is never
	// called concurrently. An error that matches [api.ErrAuth] ends Run; after any
	// other it is asked again, as Slack is. Nil knows no token but Token.
	TokenSource func(context.Context) (string, error)

	// APIURL is what method names are appended to. Empty means
	// https://slack.com/api/.
	APIURL string

	// HTTPClient makes the Web API calls; redirects are never followed. Nil
	// means a client of Run's own, with timeouts and the proxies of the
	// environment.
	HTTPClient *http.Client

	// DialContext opens the connection under the websocket. Nil means
	// net.Dialer and the proxies of the environment.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Unpaced calls methods as often as there is something to ask, and has them
	// rest only when the server says so. Else they keep to Slack's tiers.
	Unpaced bool

	// Logger is told what happens to the connection. Nil discards.
	Logger *slog.Logger

	// Bootstrap chooses how the socket is asked for and what is listed.
	Bootstrap Bootstrap

	// Args are the arguments of rtm.start and rtm.connect.
	Args Args

	// Apply takes one event: raw is the receiver's to keep, at is when it was
	// received. An error means that it could not be stored, and ends Run.
	Apply func(ctx context.Context, raw []byte, at time.Time) error

	// Identify is told on each connection, before its first Apply, which team
	// and which user the token belongs to. An error ends Run. Nil accepts all.
	Identify func(team, user string) error

	// Outbox is what goes out over the socket. Nil sends nothing but pings.
	Outbox *Outbox

	// Resumed says that an earlier Run has already listed the workspace
	// completely, so that frames need not wait for the lists.
	Resumed bool

	// Queue takes what is wanted between the lists. Nil is one that nobody else
	// has.
	Queue *Queue

	// Pending returns what is not fresh, in the order in which to ask for it. It
	// is asked after the core lists, and again until it names nothing that was
	// not tried on this connection, and then, while live, every ten minutes or so
	// and after Queue.Doubt. Nil wants nothing.
	Pending func() []Want

	// Cursors returns the listings that a lost connection cut off, and that are
	// worth going on with. Nil starts each of them over.
	Cursors func() []Cursor

	// Size returns how many entities a listing is likely to have, 0 if nobody
	// can tell. Nil never can.
	Size func(Want) int

	// Recheck is how long after becoming live, or after something was asked for that
	// is not fresh nevertheless, everything that Pending names is asked for once more,
	// unless Slack has refused it: what lists lagged behind on, they show by then, and
	// what Slack did not know it may know.
	// Zero means never.
	Recheck time.Duration

	// Progress is told after each page how the lists come along. Nil is not.
	Progress func(api.Progress)

	// Called is told of each request, however it ended, and may be called
	// concurrently. Nil is not.
	Called func(method string, took time.Duration, err error)

	// Phase is told each change of phase: how many attempts in a row have
	// failed, and why the last one did. Nil is not told.
	Phase func(p api.Phase, attempt int, err error)
}

// Bootstrap chooses the method that opens a connection.
type Bootstrap uint8

const (
	// Start asks rtm.start, which may answer with most of the workspace. Where
	// it no longer does, Run goes on as with Connect and does not ask it again.
	Start Bootstrap = iota
	// Connect asks rtm.connect and lists everything through the Web API.
	Connect
)

// Args are the arguments of the two methods that open a connection. Each is
// sent as it stands here, also when it is false. rtm.connect knows only
// BatchPresenceAware and PresenceSub.
type Args struct {
	BatchPresenceAware bool // several users in one presence_change
	IncludeLocale      bool // users and conversations with their locale; also asked of users.list and conversations.info
	MPIMAware          bool // group messages apart from private channels
	NoLatest           bool // conversations without their latest message; implies NoUnreads
	NoUnreads          bool // conversations without unread counts
	PresenceSub        bool // presence only of the users subscribed to; Slack's own default is true
	SimpleLatest       bool // latest as a bare timestamp
}

// A Cursor is where a listing was cut off.
type Cursor struct {
	Want Want
	Call string // the id of the call that read what comes before
	Next string
}
