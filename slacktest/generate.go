package slacktest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// maker generates a workspace. Everything it draws comes from one seeded
// source, so the same options give the same workspace.
type maker struct {
	*Workspace
	rng *rand.Rand
}

// generate makes a workspace of n users that ends where the clock begins.
func generate(seed uint64, n int, at clock) *Workspace {
	rng := rand.New(rand.NewPCG(seed, 0x51ac57a7e))
	w := &Workspace{
		clock: at, ids: newIDSource(rng), send: func(frame) {},
		manual: "active", selfBorn: epoch.Unix() - 200*day,
		userByID: make(map[string]*account, n), handles: make(map[string]bool, n),
		convByID: make(map[string]*conv), convNames: make(map[string]bool),
		imWith: make(map[*account]*conv), botByID: make(map[string]*bot),
	}
	m := &maker{Workspace: w, rng: rng}
	m.makeTeam()
	m.makeUsers(n)
	m.makeChannels(n / 5)
	m.makePrivate(n / 20)
	m.makeIMs(n / 4)
	m.makeSubteams(2 + n/100)
	return w
}

const day = 24 * 60 * 60

// before draws a moment of the last days days before the epoch.
func (m *maker) before(days int64) int64 {
	return epoch.Unix() - 1 - m.rng.Int64N(days*day)
}

// one in n.
func (m *maker) oneIn(n int) bool { return m.rng.IntN(n) == 0 }

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func (m *maker) makeTeam() {
	m.team = team{
		id: m.ids.next("T"), name: "Harbour & Söhne", domain: "harbour-soehne", emailDomain: "harbour.example",
		plan: "std",
		prefs: object{
			"display_real_names": raw(false), "invites_only_admins": raw(true), "locale": raw("en-US"),
			"who_can_at_channel": raw("ra"), "retention_duration": raw(0), "default_channels": raw([]string{}),
		},
		fields: []profileField{
			{ID: m.ids.next("Xf"), Ordering: 0, Label: "Phone extension", Hint: "Rings on your desk", Type: "text"},
			{ID: m.ids.next("Xf"), Ordering: 1, Label: "Office", Type: "options_list", Values: []string{"Bergen", "Lisboa", "Kyōto"}},
			{ID: m.ids.next("Xf"), Ordering: 2, Label: "Manager", Hint: "Who approves your leave", Type: "user", Options: object{"is_protected": true}},
		},
	}
	m.prefs = object{
		"muted_channels": raw(""), "time24": raw(true), "emoji_mode": raw("default"),
		"messages_theme": raw("dense"), "highlight_words": raw("release,incident"), "tz": raw("Europe/Berlin"),
	}
	m.files = map[string]*file{}
	m.emoji = map[string]string{}
	for i, name := range []string{"party_parrot", "shipit", "bowtie", "harbour", "thinking-face", "facepalm", "deploy", "blob_wave"} {
		m.emoji[name] = emojiURL(m.team.id, name, uint64(i)+m.rng.Uint64N(1<<40))
	}
	m.emoji["squirrel"], m.emoji["parrot"], m.emoji["hello"] = "alias:shipit", "alias:party_parrot", "alias:wave"
	m.emojiAt = stamp(m.before(30) * 1e6)
}

func emojiURL(team, name string, n uint64) string {
	return fmt.Sprintf("https://emoji.slack-edge.com/%s/%s/%016x.png", team, name, n*0x9e3779b97f4a7c15)
}

// raw is a preference as it is kept: any JSON value, encoded.
func raw(v any) json.RawMessage { return marshal(v) }

func (m *maker) makeSubteams(n int) {
	for i := range n {
		s := &subteam{
			id: m.ids.next("S"), created: m.before(700), createdBy: m.users[2].id,
			name: "Group " + channelTopics[i%len(channelTopics)], handle: channelTopics[i%len(channelTopics)],
			description: "Everyone around " + channelTopics[i%len(channelTopics)],
		}
		if i >= len(channelTopics) {
			s.name, s.handle = fmt.Sprintf("%s %d", s.name, i), fmt.Sprintf("%s-%d", s.handle, i)
		}
		s.updated, s.updatedBy = max(s.created, m.before(300)), s.createdBy
		for range 3 + m.rng.IntN(12) {
			if u := pick(m.rng, m.users); !u.deleted && !s.has(u) && u.id != slackbotID {
				s.users = insertUser(s.users, u)
			}
		}
		if m.oneIn(3) && !s.has(m.self) {
			s.users = insertUser(s.users, m.self)
		}
		if i%7 == 6 {
			s.disabled, s.deletedBy = s.updated, s.createdBy
		}
		m.subteams = append(m.subteams, s)
	}
}
