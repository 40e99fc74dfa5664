package slacktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Random does one plausible thing, drawn from rng, and says in a line what it
// was. Whatever it changes is something that self is told of by events, so a
// client that misses none can follow it exactly.
func (w *Workspace) Random(rng *rand.Rand) string {
	l := life{w, rng}
	all := acts()
	for {
		// What was picked may be refused, most often because somebody else
		// changed it in between; then something else happens.
		if said, err := choose(rng, all).do(l); err == nil {
			return said
		}
	}
}

// life is what goes on in a workspace by itself.
type life struct {
	*Workspace
	rng *rand.Rand
}

// act is one thing that may happen, and how often among the others.
type act struct {
	group  string // of the workload's mix
	weight int
	do     func(life) (string, error)
}

var errNothing = errors.New("nothing to do it to")

func acts() []act {
	return []act{
		{"message", 26, life.doPost}, {"message", 1, life.doBotPost}, {"message", 1, life.doReply},
		{"message", 1, life.doEdit}, {"message", 1, life.doDelete}, {"message", 1, life.doNote},
		{"typing", 1, life.doType}, {"presence", 1, life.doPresence}, {"marker", 3, life.doMark},
		{"user", 1, life.doProfile}, {"user", 2, life.doStatus},
		{"reaction", 2, life.doReact}, {"reaction", 1, life.doUnreact},
		{"member", 2, life.doJoin}, {"member", 1, life.doLeave}, {"member", 1, life.doInvite},
		{"lifecycle", 2, life.doCreate}, {"lifecycle", 2, life.doRename}, {"lifecycle", 1, life.doArchive},
		{"lifecycle", 1, life.doUnarchive}, {"lifecycle", 2, life.doOpenIM}, {"lifecycle", 1, life.doCloseIM},
		{"lifecycle", 1, life.doOpenMPIM}, {"lifecycle", 1, life.doSelf}, {"lifecycle", 1, life.doConvert},
		{"newcomer", 1, life.doAddUser},
		{"rest", 1, life.doDeactivate}, {"rest", 1, life.doDeleteChannel}, {"rest", 2, life.doSubteam}, {"rest", 1, life.doDND},
		{"rest", 2, life.doEmoji}, {"rest", 1, life.doPref}, {"rest", 1, life.doPin}, {"rest", 1, life.doTeam}, {"rest", 1, life.doBot},
	}
}

// choose draws an act by weight.
func choose(rng *rand.Rand, from []act) act {
	total := 0
	for _, a := range from {
		total += a.weight
	}
	at := rng.IntN(total)
	for _, a := range from {
		if at -= a.weight; at < 0 {
			return a
		}
	}
	return from[0]
}

// probes is how often something fitting is looked for at random.
const probes = 100

// somewhere draws a conversation that self is in and that fits, and returns its
// id and one of its people other than self.
func (l life) somewhere(fits func(*conv) bool) (channel, user string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range probes {
		c := pick(l.rng, l.convs)
		if c.archived || !c.has(l.self) || !fits(c) {
			continue
		}
		if c.kind == im {
			if !c.peer.deleted {
				return c.id, c.peer.id, nil
			}
			continue
		}
		if len(c.members) == 0 {
			continue
		}
		if u := pick(l.rng, c.members); u != l.self && !u.deleted {
			return c.id, u.id, nil
		}
	}
	return "", "", errNothing
}

// anywhere leans towards channels, where most of the talk is.
func (l life) anywhere() (channel, user string, err error) {
	if l.rng.IntN(4) > 0 {
		return l.somewhere(named)
	}
	return l.somewhere(func(*conv) bool { return true })
}

func named(c *conv) bool      { return c.kind == public || c.kind == private }
func changeable(c *conv) bool { return named(c) && !c.general }

// aMessage draws a message of a conversation self is in, with its author.
func (l life) aMessage(fits func(*message) bool) (channel, author, ts string, err error) {
	for range probes / 10 {
		channel, _, err = l.anywhere()
		if err != nil {
			return "", "", "", err
		}
		l.mu.Lock()
		if c := l.convByID[channel]; c != nil && len(c.history) > 0 {
			m := pick(l.rng, c.history)
			if m.user != nil && !m.user.deleted && !m.dead && fits(m) {
				author, ts = m.user.id, m.ts.String()
			}
		}
		l.mu.Unlock()
		if ts != "" {
			return channel, author, ts, nil
		}
	}
	return "", "", "", errNothing
}

// someone draws a person other than self.
func (l life) someone() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if u := pick(l.rng, l.users); u != l.self && !u.deleted && u.id != slackbotID {
			return u.id
		}
	}
}

// word makes a name nobody has used.
func (l life) word() string {
	return fmt.Sprintf("%s-%s-%06x", pick(l.rng, channelThemes), pick(l.rng, channelTopics), l.rng.IntN(1<<24))
}

// talk makes a message of one phrase or a few.
func (l life) talk() string {
	said := pick(l.rng, phrases)
	for l.rng.IntN(10) == 0 {
		said += ". " + pick(l.rng, phrases)
	}
	return said
}

// memberOf draws somebody of a conversation other than self.
func (l life) memberOf(channel string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.convByID[channel]
	if c == nil {
		return "", errNothing
	}
	if c.kind == im {
		return c.peer.id, nil
	}
	n := len(c.members)
	at := l.rng.IntN(n + 1)
	for i := range n {
		if u := c.members[(at+i)%n]; u != l.self && !u.deleted {
			return u.id, nil
		}
	}
	return "", errNothing
}

// publicOne draws a public channel, whether self is in it or not.
func (l life) publicOne(fits func(*conv) bool) (*conv, error) {
	for range probes {
		if c := pick(l.rng, l.convs); c.kind == public && fits(c) {
			return c, nil
		}
	}
	return nil, errNothing
}

// aPublic returns the id of a public channel and of one of its members, "" if it
// has none that may act.
func (l life) aPublic(fits func(*conv) bool) (channel, member string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, err := l.publicOne(fits)
	if err != nil {
		return "", "", err
	}
	if len(c.members) > 0 {
		if u := pick(l.rng, c.members); u != l.self && !u.deleted {
			member = u.id
		}
	}
	return c.id, member, nil
}

func open(c *conv) bool { return !c.archived && !c.general }

func (w *Workspace) aliased(name string) bool {
	for _, value := range w.emoji {
		if value == "alias:"+name {
			return true
		}
	}
	return false
}
