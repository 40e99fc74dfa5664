package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/reducer"
	"github.com/slackstate/slackstate/snapshot"
)

// bootstrap reduces the start, and writes the file it leads to. It takes turns with
// encoding/json, and the medians count: once is luck.
func (b *benchmark) bootstrap() error {
	const turns = 3
	var rows []persist.Row
	var s *snapshot.Snapshot
	var took, std []time.Duration
	for range turns {
		rows, s = nil, &snapshot.Snapshot{}
		began := time.Now()
		for _, raw := range b.start {
			next, res, err := b.reduce(s, raw, b.at)
			if err != nil {
				return fmt.Errorf("bootstrap: %w", err)
			}
			if s = next; res.Outcome != reducer.Ignored {
				rows = append(rows, row(s, b.at, res, true))
			}
		}
		took = append(took, time.Since(began))
		decoded, err := b.decodeStart()
		if err != nil {
			return err
		}
		std = append(std, decoded)
	}
	slices.Sort(took)
	slices.Sort(std)
	b.BootstrapMS = milliseconds(took[turns/2])
	b.BootstrapJSON = float64(std[turns/2]) / float64(took[turns/2])
	b.loaded = s
	b.Users, b.Conversations, b.Memberships = s.Len(snapshot.KindUser), s.Len(snapshot.KindConversation), s.Len(snapshot.KindMember)
	if b.Users == 0 || len(b.lines) == 0 {
		return errors.New("there are no users, or no events")
	}
	b.start = nil
	return b.inFile(func(db *persist.DB) error { return db.Append(rows, s) })
}

// decodeStart returns how long encoding/json takes to decode the start into what
// a program that only wants the usual fields would.
func (b *benchmark) decodeStart() (time.Duration, error) {
	began := time.Now()
	for _, raw := range b.start {
		var page struct{ Response jsonStart }
		var mistyped *json.UnmarshalTypeError // Slack's types vary
		if err := json.Unmarshal(raw, &page); err != nil && !errors.As(err, &mistyped) {
			return 0, fmt.Errorf("decode with encoding/json: %w", err)
		}
	}
	return time.Since(began), nil
}

type jsonStart struct {
	Self                         struct{ ID, Name string }
	Team                         struct{ ID, Name, Domain string }
	Users                        []jsonUser
	Channels, Groups, Mpims, Ims []jsonConversation
	Bots                         []struct{ ID, Name string }
}

type jsonUser struct {
	ID, Name, Color, TZ, Locale, Presence string
	TeamID                                string `json:"team_id"`
	RealName                              string `json:"real_name"`
	TZLabel                               string `json:"tz_label"`
	TZOffset                              int    `json:"tz_offset"`
	Deleted                               bool
	IsAdmin                               bool `json:"is_admin"`
	IsOwner                               bool `json:"is_owner"`
	IsBot                                 bool `json:"is_bot"`
	IsRestricted                          bool `json:"is_restricted"`
	Updated                               int64
	Profile                               struct {
		Title, Phone, Skype, Email, Team string
		RealName                         string `json:"real_name"`
		DisplayName                      string `json:"display_name"`
		FirstName                        string `json:"first_name"`
		LastName                         string `json:"last_name"`
		StatusText                       string `json:"status_text"`
		StatusEmoji                      string `json:"status_emoji"`
		AvatarHash                       string `json:"avatar_hash"`
		ImageOriginal                    string `json:"image_original"`
		Image24                          string `json:"image_24"`
		Image32                          string `json:"image_32"`
		Image48                          string `json:"image_48"`
		Image72                          string `json:"image_72"`
		Image192                         string `json:"image_192"`
		Image512                         string `json:"image_512"`
		Image1024                        string `json:"image_1024"`
	}
}

type jsonConversation struct {
	ID, Name, Creator, User string
	Created, Updated        int64
	IsIM                    bool `json:"is_im"`
	IsMPIM                  bool `json:"is_mpim"`
	IsPrivate               bool `json:"is_private"`
	IsArchived              bool `json:"is_archived"`
	IsMember                bool `json:"is_member"`
	Topic, Purpose          struct{ Value, Creator string }
	Members                 []string
	LastRead                string `json:"last_read"`
	UnreadCount             int    `json:"unread_count"`
	Latest                  struct{ TS, User, Text string }
}
