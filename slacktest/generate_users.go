package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// makeUsers makes Slackbot, self (a bot user), n-2 other accounts, and the
// integrations some of them belong to.
func (m *maker) makeUsers(n int) {
	m.addUser(&account{
		id: slackbotID, handle: "slackbot", realName: "Slackbot", displayName: "Slackbot", first: "slackbot",
		color: "757575", locale: "en-US", zone: zones[0], active: true,
	})
	m.self = m.makeBotUser("harbourmaster", "Harbourmaster")
	m.self.active = true
	for i := range max(0, n-2) {
		switch {
		case i > 0 && i%50 == 25:
			name := pick(m.rng, channelTopics)
			m.makeBotUser(m.freeHandle(name+"-bot"), strings.ToUpper(name[:1])+name[1:]+" Bot")
		default:
			m.makePerson(i)
		}
	}
	// Webhooks have no account, and so show up only in messages and lists.
	for len(m.bots) < n/50 {
		m.addBot(&bot{id: m.ids.next("B"), appID: m.ids.next("A"), name: pick(m.rng, channelThemes) + " webhook", updated: m.before(600)})
	}
}

func (m *maker) makeBotUser(handle, name string) *account {
	u := &account{
		id: m.ids.next("U"), handle: handle, realName: name, first: name,
		color: pick(m.rng, colors), locale: "en-US", zone: zones[0], isBot: true,
		botID: m.ids.next("B"), appID: m.ids.next("A"), updated: m.before(500), avatar: m.rng.Uint64() | 1,
	}
	m.addUser(u)
	m.addBot(&bot{id: u.botID, appID: u.appID, name: name, user: u, updated: u.updated})
	return u
}

func (m *maker) makePerson(i int) {
	first, last := pick(m.rng, firstNames), pick(m.rng, lastNames)
	u := &account{
		id: m.ids.next("U"), first: first, last: last, realName: first + " " + last,
		title: pick(m.rng, titles), color: pick(m.rng, colors), locale: pick(m.rng, locales),
		zone: pick(m.rng, zones), updated: m.before(500), active: m.oneIn(3),
	}
	u.handle = m.freeHandle(latin(first) + "." + latin(last))
	u.email = u.handle + "@harbour.example"
	if m.oneIn(3) {
		u.phone = fmt.Sprintf("+49 30 %07d", m.rng.IntN(1e7))
	}
	switch m.rng.IntN(4) {
	case 0: // Slack then falls back to the real name
	case 1:
		u.displayName = first
	default:
		u.displayName = strings.ToLower(first) + "." + strings.ToLower(last)
	}
	if !m.oneIn(8) {
		u.avatar = m.rng.Uint64() | 1
	}
	if m.oneIn(6) {
		s := pick(m.rng, statuses)
		u.statusText, u.statusEmoji = s.text, s.emoji
		if m.oneIn(2) {
			u.statusExpires = epoch.Unix() + m.rng.Int64N(3*day)
		}
	}
	if m.oneIn(5) {
		u.pronouns = pick(m.rng, []string{"she/her", "he/him", "they/them"})
	}
	if m.oneIn(8) {
		u.fields = map[string]string{m.team.fields[0].ID: fmt.Sprint(100 + m.rng.IntN(900)), m.team.fields[1].ID: pick(m.rng, m.team.fields[1].Values)}
	}
	if m.oneIn(3) {
		start := epoch.Unix() + m.rng.Int64N(day)
		u.dnd = &dnd{enabled: true, start: start, end: start + 10*60*60}
	}
	switch {
	case i == 0:
		u.admin, u.owner, u.firstOwner = true, true, true
	case i < 4 || m.oneIn(100):
		u.admin, u.owner = true, m.oneIn(2)
	case m.oneIn(15):
		u.guest, u.singleGuest = true, m.oneIn(2)
	case m.oneIn(12):
		u.deleted, u.husk, u.active, u.dnd = true, true, false, nil
	}
	m.addUser(u)
}

// freeHandle returns a handle nobody has; Slack numbers the later ones.
func (w *Workspace) freeHandle(handle string) string {
	free := handle
	for i := 2; w.handles[free]; i++ {
		free = fmt.Sprintf("%s%d", handle, i)
	}
	return free
}

func (w *Workspace) addUser(u *account) {
	w.users = append(w.users, u)
	w.userByID[u.id] = u
	w.handles[u.handle] = true
}

func (w *Workspace) addBot(b *bot) {
	w.bots = append(w.bots, b)
	w.botByID[b.id] = b
}

// latin keeps what a handle may contain. Names in other scripts leave "user".
func latin(name string) string {
	keep := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(fold(name)))
	if keep == "" {
		return "user"
	}
	return keep
}

func insertUser(list []*account, u *account) []*account {
	if at, ok := slices.BinarySearchFunc(list, u, byUserID); !ok {
		return slices.Insert(list, at, u)
	}
	return list
}
