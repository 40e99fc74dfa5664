package slackstate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing/synctest"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// look checks what holds at any moment of a life, between one trouble and the next.
//
//  1. Without a connection nothing reads as complete, nobody's presence is known,
//     and what was complete before is exposed by a gap that has no end yet.
//  2. With one, what reads as complete is true, and so is the presence that is
//     known, once what is on its way has arrived. Only of a connection that has
//     died nobody can know until it has been silent for so long, and the order of
//     presences only from that in which they come.
//  3. So is what is kept of what was said in #general since the connection is there
//     and tells everything, and how much is unread, unless something unread may have
//     been deleted.
//  4. A public channel that was known, and is there, is known.
func (c *chaos) look(when string) {
	c.t.Helper()
	synctest.Wait()
	snap, status := c.st.Snapshot(), c.st.Status()
	c.stays(when, snap)
	if status.Phase == api.Offline || status.Phase == api.Connecting {
		c.blind(when, snap, status)
		return
	}
	<-time.After(2 * time.Second) // a frame may be late by one
	synctest.Wait()
	snap, status = c.st.Snapshot(), c.st.Status()
	if status.Phase != api.Live || time.Since(c.stalled) < silence {
		return
	}
	agree(c.t, when, snap, c.rig.srv, false, slices.Concat(unsure(snap), c.unseen(snap), c.unmet(snap), c.except))
	since := status.Since
	if c.dropped.After(since) {
		since = c.dropped
	}
	c.talk(when, snap, since)
	if c.disordered {
		return
	}
	presence := presenceOf(c.t, c.rig.srv)
	for _, id := range c.followed {
		u, _ := snap.User(id)
		if p, want := u.Presence(), presence[string(id)]; p != api.PresenceUnknown && want != "" && p.String() != want {
			c.t.Errorf("%s: %s is %s, want %s", when, id, p, want)
		}
	}
}

// stays is rule 4 of look.
func (c *chaos) stays(when string, snap api.Snapshot) {
	c.t.Helper()
	var w struct{ Channels []struct{ ID api.ChannelID } }
	must(c.t, json.Unmarshal(c.rig.srv.Truth(), &w))
	for _, there := range w.Channels {
		if ch, ok := snap.Channel(there.ID); ok && ch.Kind() == api.Public {
			c.known[there.ID] = true
		} else if c.known[there.ID] && !c.private[there.ID] {
			c.t.Errorf("%s: %s is known no more", when, there.ID)
		}
	}
}

// silence is how long a connection may be dead before anybody knows.
const silence = 30 * time.Second

// talk is rule 3 of look.
func (c *chaos) talk(when string, snap api.Snapshot, since time.Time) {
	c.t.Helper()
	room, _ := snap.Channel(c.general)
	unread, said := spoken(c.t, c.rig.srv, c.general)
	if n, known := room.Read().Unread(); known && n != unread && room.ReadKnown().Known == api.Complete && c.deleted.Before(since) {
		c.t.Errorf("%s: %d messages in #general are unread, want %d", when, n, unread)
	}
	if !c.keeps {
		return
	}
	first, heard := api.TS(fmt.Sprintf("%d.", since.Unix()+1)), map[api.TS]bool{}
	for m := range room.MessagesAfter(first) {
		heard[m.TS()] = true
		if said[m.TS()].Text != m.Text() {
			c.t.Errorf("%s: in #general %s says %q, want %q", when, m.TS(), m.Text(), said[m.TS()].Text)
		}
	}
	for ts, m := range said {
		if ts > first && !heard[ts] && m.Thread == "" && m.Subtype != "tombstone" {
			c.t.Errorf("%s: %s, %q, is missing in #general", when, ts, m.Text)
		}
	}
}

// blind is rule 1 of look.
func (c *chaos) blind(when string, snap api.Snapshot, status api.Status) {
	c.t.Helper()
	for _, name := range api.Collections() {
		if f := snap.Freshness(name); f.Known == api.Complete {
			c.t.Errorf("%s: without a connection, %s reads as complete", when, name)
		}
	}
	for ch := range snap.Channels() {
		if ch.MembersKnown().Known == api.Complete || ch.ReadKnown().Known == api.Complete {
			c.t.Errorf("%s: without a connection, %s reads as complete", when, ch.ID())
		}
	}
	for u := range snap.Users() {
		if u.Presence() != api.PresenceUnknown {
			c.t.Errorf("%s: without a connection, %s is %s", when, u.ID(), u.Presence())
		}
	}
	if snap.Ready() && !slices.ContainsFunc(status.Gaps, func(g api.Gap) bool { return g.Until.IsZero() }) {
		c.t.Errorf("%s: without a connection, no gap is open: %+v", when, status.Gaps)
	}
}

// whole checks that all that is asked for is complete.
func (c *chaos) whole(when string, snap api.Snapshot) {
	c.t.Helper()
	for _, name := range listed {
		if f := snap.Freshness(name); f.Known != api.Complete {
			c.t.Errorf("%s: %s is %+v", when, name, f)
		}
	}
	for ch := range snap.Channels() {
		if f := ch.MembersKnown(); ch.Kind() != api.DM && f.Known != api.Complete {
			c.t.Errorf("%s: the members of %s are %+v", when, ch.ID(), f)
		}
		if f := ch.ReadKnown(); ch.Joined() && f.Known != api.Complete {
			c.t.Errorf("%s: what is read of %s is %+v", when, ch.ID(), f)
		}
	}
}

// listed are the collections that a method lists.
var listed = []string{
	snapshot.CollectionTeam, snapshot.CollectionProfileFields, snapshot.CollectionUsers,
	snapshot.CollectionConversations, snapshot.CollectionUsergroups, snapshot.CollectionEmoji,
}

// unsure returns the fields that a snapshot does not claim to know.
func unsure(snap api.Snapshot) (fields []string) {
	of := map[string][]string{
		snapshot.CollectionTeam:          {"team//*", "self//*"},
		snapshot.CollectionProfileFields: {"profile fields/*/*"},
		snapshot.CollectionUsers:         {"users/*", "users/*/*"},
		snapshot.CollectionConversations: {"channels/*", "groups/*", "mpims/*", "ims/*", "channels/*/*", "groups/*/*", "mpims/*/*", "ims/*/*"},
		snapshot.CollectionUsergroups:    {"subteams/*", "subteams/*/*", "own subteams/*"},
		snapshot.CollectionEmoji:         {"emoji/*"},
		snapshot.CollectionBots:          {"bots/*", "bots/*/*"},
	}
	for name, patterns := range of {
		if snap.Freshness(name).Known != api.Complete {
			fields = append(fields, patterns...)
		}
	}
	for ch := range snap.Channels() {
		if ch.Name() == "" && ch.Kind() != api.DM { // named by an event, and not told of yet
			fields = append(fields, "*/"+string(ch.ID()), "*/"+string(ch.ID())+"/*")
		}
		if ch.MembersKnown().Known != api.Complete {
			fields = append(fields, "*/"+string(ch.ID())+"/members")
		}
		if ch.ReadKnown().Known != api.Complete {
			fields = append(fields, "*/"+string(ch.ID())+"/is_open")
		}
	}
	return fields
}
