package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// perUser is how many public channels a member is in, #general included.
const perUser = 24

// makeChannels makes n public channels and fills them by a power law: nearly
// everyone is in the first ones, hardly anyone in the last ones.
func (m *maker) makeChannels(n int) {
	m.addConv(&conv{id: m.ids.next("C"), name: "general", general: true, created: m.before(900), creator: m.users[2]})
	for i := 1; i < max(n, 3); i++ {
		m.addConv(&conv{
			id: m.ids.next("C"), name: m.channelName(i), created: m.before(800),
			creator: pick(m.rng, m.users[1:]), archived: i > 10 && m.oneIn(12),
		})
	}
	channels := m.convs
	joins := min(perUser, len(channels)) - 1
	for _, u := range sorted(m.users, byUserID) { // in order, so that appending keeps members sorted
		if u.id == slackbotID {
			continue
		}
		channels[0].members = append(channels[0].members, u)
		if u.singleGuest {
			continue
		}
		wanted := joins
		if u == m.self {
			wanted = max(joins, len(channels)/4)
		}
		for misses := 4 * wanted; wanted > 0 && misses > 0; {
			c := channels[m.rank(len(channels), u == m.self)]
			if k := len(c.members); k > 0 && c.members[k-1] == u || c.archived && !m.oneIn(3) {
				misses--
				continue
			}
			c.members = append(c.members, u)
			wanted--
		}
	}
	for _, c := range channels {
		m.fill(c)
	}
}

// rank draws a channel: small numbers are popular. Self spreads out evenly, as
// a bot invited here and there does.
func (m *maker) rank(n int, even bool) int {
	r := m.rng.Float64()
	if !even {
		r = r * r * r
	}
	return int(r * float64(n))
}

// makePrivate makes n private channels and group DMs, half of them with self.
func (m *maker) makePrivate(n int) {
	for i := range max(n, 2) {
		c := &conv{kind: private, created: m.before(800), creator: m.person()}
		c.add(c.creator)
		for range 2 + m.rng.IntN(6) {
			c.add(m.person())
		}
		if i%2 == 0 {
			c.add(m.self)
		}
		switch {
		case i%3 == 1:
			for len(c.members) > 9 {
				c.remove(c.members[0])
			}
			c.kind, c.id, c.open = mpim, m.ids.next("G"), m.oneIn(2)
			c.creator = c.members[0]
			m.nameGroupDM(c)
			if m.convNames[c.name] {
				continue // the same people already have one
			}
		case i%3 == 0 && m.oneIn(2):
			c.id, c.oldGroup = m.ids.next("G"), true
			c.name = "priv-" + m.channelName(i)
		default:
			c.id = m.ids.next("C")
			c.name = "priv-" + m.channelName(i)
		}
		m.addConv(c)
		m.fill(c)
	}
}

// person draws somebody who takes part in private talk.
func (m *maker) person() *account {
	for {
		if u := pick(m.rng, m.users); u != m.self && u.id != slackbotID && !u.deleted {
			return u
		}
	}
}

// makeIMs makes n direct messages of self, the first with Slackbot.
func (m *maker) makeIMs(n int) {
	peers := m.rng.Perm(len(m.users))
	slices.SortStableFunc(peers, func(a, b int) int { return btoi(b == 0) - btoi(a == 0) })
	for _, i := range peers[:min(max(n, 2), len(peers))] {
		peer := m.users[i]
		if peer == m.self {
			continue
		}
		c := &conv{id: m.ids.next("D"), kind: im, peer: peer, creator: m.self, created: m.before(400), open: m.oneIn(2)}
		m.addConv(c)
		m.imWith[peer] = c
		m.fill(c)
	}
}

func (m *maker) channelName(i int) string {
	name := pick(m.rng, channelThemes) + "-" + channelTopics[i%len(channelTopics)]
	if i >= len(channelTopics) {
		name = fmt.Sprintf("%s-%d", name, i/len(channelTopics))
	}
	for base, k := name, 2; m.convNames[name] || m.convNames["priv-"+name]; k++ {
		name = fmt.Sprintf("%s-%d", base, k)
	}
	return name
}

func (w *Workspace) addConv(c *conv) {
	w.convSeq++
	c.seq = w.convSeq
	w.convs = append(w.convs, c)
	w.convByID[c.id] = c
	if c.name != "" {
		w.convNames[c.name] = true
	}
}

// nameGroupDM gives an MPIM the name and purpose Slack derives from its members.
func (w *Workspace) nameGroupDM(c *conv) {
	var handles, mentions []string
	for _, u := range c.members {
		handles = append(handles, u.handle)
		mentions = append(mentions, "@"+u.handle)
	}
	c.name = "mpdm-" + strings.Join(handles, "--") + "-1"
	c.topic = note{"Group messaging", c.creator.id, c.created}
	c.purpose = note{"Group messaging with: " + strings.Join(mentions, " "), c.creator.id, c.created}
}

// fill gives a new conversation its notes and, if self can see them, messages
// and read state.
func (m *maker) fill(c *conv) {
	c.updated = (c.created+m.rng.Int64N(epoch.Unix()-c.created))*1000 + m.rng.Int64N(1000)
	if c.kind == public || c.kind == private {
		if m.oneIn(2) {
			c.topic = note{pick(m.rng, phrases), c.creator.id, c.created + 60}
		}
		if m.oneIn(3) {
			c.purpose = note{"Everything about " + c.name, c.creator.id, c.created}
		}
		if m.oneIn(10) {
			c.previous = []string{"old-" + c.name}
		}
	}
	if !c.has(m.self) || c.kind != im && len(c.members) == 0 {
		return
	}
	at := stamp(c.created * 1e6)
	for range m.rng.IntN(5) {
		at += stamp(1 + m.rng.Int64N(max(1, (epoch.Unix()*1e6-int64(at))/4)))
		from := c.peer
		if c.kind != im {
			from = pick(m.rng, c.members)
		} else if m.oneIn(3) {
			from = m.self
		}
		m.insert(c, &message{ts: at, user: from, bot: m.botByID[from.botID], text: escape(pick(m.rng, phrases))})
	}
	if n := len(c.history); n > 0 && !m.oneIn(6) {
		c.lastRead = c.history[n-1-min(n-1, m.rng.IntN(4))].ts
		if m.oneIn(2) {
			c.lastRead = c.history[n-1].ts
		}
	}
	m.recount(c)
}
