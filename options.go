package slackstate

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/slackstate/slackstate/api"
)

// Options says how to reach Slack and what to keep. Nil and the zero value are
// usable; Run needs a Token or a TokenSource. Its functions are called from
// within Run, but for Early, so they must not call Close, which waits for Run.
type Options struct {
	// Token is a Slack token: xoxb-…, xoxp-… or of a classic app. It is sent to
	// Slack, and never written, logged or put into an error.
	Token string

	// TokenSource takes the place of Token where tokens expire. It is asked for one
	// when Run begins, and for another of the same user when Slack says that one has expired; what
	// had been asked of Slack is then asked again. It is never called concurrently.
	// An error that matches [api.ErrAuth] ends Run, any other is like one of Slack
	// itself: it is asked again after a while.
	TokenSource func(context.Context) (string, error)

	// HTTPClient makes the Web API calls. Nil is a client with timeouts and the
	// proxies of the environment.
	HTTPClient *http.Client

	// DialContext opens the connection under the websocket. Nil is net.Dialer
	// and the proxies of the environment.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// APIURL is where the Web API is; "" is Slack's own.
	APIURL string

	// Unpaced calls the Web API as often as there is something to ask, and rests
	// only when it is told to: for a server that is not Slack's, such as package
	// slacktest. Else each method keeps to the rate that Slack documents for it.
	Unpaced bool

	// Logger is told each change of phase, reconnect, rate limit, gap and repair in
	// a line of its own, and what goes wrong: with ids only. Nil discards.
	Logger *slog.Logger

	// Metrics is told what happens, to be counted.
	Metrics Metrics

	// Bootstrap chooses how to connect. Both ways lead to the same state.
	Bootstrap Bootstrap

	// RTM holds the arguments of rtm.start and rtm.connect. Nil asks for what a
	// cache wants: MPIMAware, BatchPresenceAware and PresenceSub.
	RTM *RTMArgs

	// Members selects the conversations whose member lists are loaded: one call
	// for each, or more for a large one. Nil is Joined. DMs are never asked for:
	// who is in them is known.
	Members func(api.Channel) bool

	// ReadState selects the conversations whose read state is loaded: one call
	// for each, since Slack has no list of them. Nil is None. What rtm.start or
	// events tell is kept anyway.
	ReadState func(api.Channel) bool

	// Early is called by Open as soon as users and conversations of the file
	// can be found by their ids, when most of the rest is still to be read: with
	// a snapshot that is Partial. Programs that answer from it go on to
	// State.Snapshot when Open has returned. If the file turns out to be wrong
	// and Open returns an error, the snapshot is to be forgotten. Nil is not
	// called.
	Early func(api.Snapshot)

	// History bounds the messages that are kept, in their conversations and
	// threads, with edits, reactions and pins. They are kept from then on, as
	// events tell of them; what a file has is cut to less, but not filled up to
	// more. The zero History keeps none, but for the newest of each conversation.
	History History

	// Files keeps what events and messages tell of files.
	Files bool

	// Journal bounds what Changes can go back to.
	Journal Journal

	// ReadOnly reads a file that is there and leaves it as it is. If another
	// process has it open for writing, it is the copy that this process has
	// published last; Status().Copied says when. The state follows: what the other
	// process publishes, and what is in the file when it has ended, is there a
	// second later, and Changes tells each event of it. What cannot be read is told by
	// Status().Err, and the state stays as it is. Nothing is held open in between,
	// so a writer can start at any time.
	ReadOnly bool

	// Publish is how often the file is copied for readers in other processes, to
	// its path with ".ro" behind: see ReadOnly. 0 is never. Nothing is copied
	// while nothing has changed. A copy that could not be made is told to Logger
	// and tried again.
	Publish time.Duration

	// RecoverCorrupt sets a file aside which is corrupt, and begins a new one:
	// Run lists everything again. The old one gets ".corrupt-" and the time
	// behind its path, and is never deleted. Status().Recovered and Logger tell.
	RecoverCorrupt bool

	// Redact names fields that are never kept: "email", "phone", or "text",
	// "blocks" and "attachments" for what messages say. Members of objects with
	// such a name, at any depth, are taken out of events and responses before
	// anything else is done with them, so they are not in memory, in the file or
	// in a dump. What a file has from before stays until it changes. A name
	// without which nothing can be understood, such as "id", is an error of Open.
	Redact []string

	// ListLag is how far Slack's lists may lag behind its events: a list does
	// not undo what an event changed up to this long before it was asked for.
	// 0 is a minute, which fits what has been seen of Slack; less than 0 is not
	// at all.
	ListLag time.Duration
}

// A Bootstrap is a way to connect.
type Bootstrap uint8

const (
	// Start asks rtm.start. Where it still answers in full that is most of the
	// workspace in one call; where it does not, Run goes on as with Connect by
	// itself.
	Start Bootstrap = iota
	// Connect asks rtm.connect, and lists through the Web API.
	Connect
)

// RTMArgs are the arguments of rtm.start and rtm.connect, by Slack's names; each
// is sent as it stands. rtm.connect knows BatchPresenceAware and PresenceSub
// only.
type RTMArgs struct {
	BatchPresenceAware bool // presence_change may name several users
	IncludeLocale      bool // users and conversations come with their locale
	MPIMAware          bool // group DMs are not among the private channels
	NoLatest           bool // conversations come without their newest message
	NoUnreads          bool // conversations come without unread counters
	PresenceSub        bool // presence_change only for users subscribed to
	SimpleLatest       bool // the newest message is its timestamp only
}

// A History bounds how many messages are kept. The zero History keeps none; in
// any other, a bound that is 0 is none.
type History struct {
	PerChannel int           // of one conversation, replies in threads included
	MaxAge     time.Duration // looked at once an hour

	// Keep selects the conversations. Nil is all. It is asked of each message as it
	// comes, and may be asked of a conversation that is not known yet and is not
	// Valid. The answer becomes a part of the event; it does not reach back.
	Keep func(api.Channel) bool
}

// A Journal bounds how many past events are kept on disk for Changes. In each
// field 0 is the default and less than 0 no bound. Without a file, the last
// thousand or so changes are kept.
type Journal struct {
	MaxAge    time.Duration // before the newest event; default 7 days
	MaxEvents int           // default a million
	MaxBytes  int64         // default 256 MiB
}

// Joined selects the conversations self is in, DMs included.
func Joined(c api.Channel) bool { return c.Joined() }

// All selects every conversation.
func All(api.Channel) bool { return true }

// None selects no conversation.
func None(api.Channel) bool { return false }
