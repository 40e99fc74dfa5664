package slacktest

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// A Workspace is the truth: everything that is so, whoever may see it. Its
// methods are what people, apps and admins do; each changes the truth and sends
// the frames Slack would send.
//
//  1. An operation that returns an error has changed nothing and sent nothing.
//  2. Errors wrap an [Error] with Slack's code for the refusal.
//  3. Ids, names and stamps it returns are those in the frames it sent.
type Workspace struct {
	mu    sync.Mutex
	clock clock
	ids   idSource
	// send takes a frame that the authed user may see. It is called with mu held
	// and must not wait.
	send       func(frame)
	plainMarks bool // read markers without counters

	team      team
	self      *account
	selfBorn  int64
	manual    string // own manual presence
	prefs     object // own preferences
	users     []*account
	foreign   []*account // people of other workspaces, in no list
	userByID  map[string]*account
	handles   map[string]bool
	convs     []*conv // by conv.seq
	convByID  map[string]*conv
	convNames map[string]bool
	convSeq   int
	imWith    map[*account]*conv
	bots      []*bot
	botByID   map[string]*bot
	subteams  []*subteam
	files     map[string]*file
	emoji     map[string]string
	emojiAt   stamp
}

// object is a JSON object with Slack's field names.
type object = map[string]any

// Self is the id of the authed user: the bot user the token belongs to.
func (w *Workspace) Self() string { return w.self.id }

func (w *Workspace) findUser(id string) (*account, error) {
	if u := w.userByID[id]; u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("user %q: %w", id, errUser)
}

// findActive is findUser for those who act: a deactivated account cannot.
func (w *Workspace) findActive(id string) (*account, error) {
	u, err := w.findUser(id)
	if err != nil {
		return nil, err
	}
	if u.deleted {
		return nil, fmt.Errorf("user %q: %w", id, Error("account_inactive"))
	}
	return u, nil
}

func (w *Workspace) findUsers(ids []string) ([]*account, error) {
	found := make([]*account, 0, len(ids))
	for _, id := range ids {
		u, err := w.findActive(id)
		if err != nil {
			return nil, err
		}
		found = append(found, u)
	}
	slices.SortFunc(found, byUserID)
	return slices.Compact(found), nil
}

func (w *Workspace) findConv(id string) (*conv, error) {
	if c := w.convByID[id]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("conversation %q: %w", id, errChannel)
}

// findNamed finds a channel that has a name people can change: not a direct
// message of either kind.
func (w *Workspace) findNamed(id string) (*conv, error) {
	c, err := w.findConv(id)
	if err != nil {
		return nil, err
	}
	if c.kind == im || c.kind == mpim {
		return nil, fmt.Errorf("conversation %q: %w", id, errKind)
	}
	return c, nil
}

// visible says whether the authed user can look the conversation up.
func (w *Workspace) visible(c *conv) bool { return c.kind == public || c.has(w.self) }

func byUserID(a, b *account) int { return cmp.Compare(a.id, b.id) }
