package api_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// Pins and stars lead to what they are on: as it is now where that is kept, as it
// was when it was pinned or starred where it is not.
func TestPinsAndStars(t *testing.T) {
	s := whole(t)
	c1, _ := s.Channel("C1")
	var got []string
	for p := range c1.Pins() {
		if m, ok := p.Message(); ok {
			got = append(got, "pin on message "+string(m.TS())+" "+m.Text()+" of "+p.Channel().Name())
		}
		if f, ok := p.File(); ok {
			got = append(got, "pin on file "+f.Name())
		}
	}
	for st := range s.Stars() {
		m, message := st.Message()
		f, file := st.File()
		c, channel := st.Channel()
		switch {
		case message:
			got = append(got, "star on message "+m.Text()+" of "+c.Name())
		case file:
			got = append(got, "star on file "+string(f.ID())+" "+f.Name())
		case channel:
			got = append(got, "star on channel "+c.Name())
		}
	}
	slices.Sort(got)
	want := []string{
		"pin on file gear.png",
		"pin on message 1600000000.000400  of general",
		"star on channel general",
		"star on file F7 gear.png",
		"star on message turns of general",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	later, _ := reduce(t, &snapshot.Snapshot{}, world, `{"type":"local.config","history":true,"files":true}`,
		`{"type":"message","channel":"C1","user":"U2","text":"now","ts":"1600000000.000700"}`,
		`{"type":"pin_added","user":"U2","channel_id":"C1","item":{"type":"message","channel":"C1","message":{"ts":"1600000000.000700","text":"then"}}}`)
	c1, _ = api.Of(later).Channel("C1")
	for p := range c1.Pins() {
		if m, ok := p.Message(); !ok || m.Text() != "now" || !m.Pinned() {
			t.Errorf("the message is %q, %v, pinned %v", m.Text(), ok, m.Pinned())
		}
	}
}

// What users fill into the fields of a profile that the workspace has defined.
func TestProfileFields(t *testing.T) {
	s := start(t, `"team":{"id":"T1","profile":{"fields":[{"id":"Xf2","ordering":1,"label":"Since"},{"id":"Xf1","ordering":0,"label":"Pet"}]}},
		"users":[{"id":"U1","profile":{"fields":{"Xf1":{"value":"https://pet.example","alt":"Cat"}}}},{"id":"U2","profile":{"fields":[]}}]`)
	var labels []string
	for f := range s.ProfileFields() {
		labels = append(labels, f.Label())
	}
	if diff := cmp.Diff([]string{"Pet", "Since"}, labels); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	ada, _ := s.User("U1")
	if v, ok := ada.Field("Xf1"); !ok || v != (api.FieldValue{Value: "https://pet.example", Alt: "Cat"}) {
		t.Errorf("Xf1 is %v, %v", v, ok)
	}
	if v, ok := ada.Field("Xf2"); ok {
		t.Errorf("Xf2 is %v", v)
	}
	if u, _ := s.User("U2"); u.Valid() {
		if v, ok := u.Field("Xf1"); ok {
			t.Errorf("Xf1 of nobody is %v", v)
		}
	}
}

// A picture is asked for by the size it is drawn in.
func TestImage(t *testing.T) {
	s := start(t, `"users":[{"id":"U1","profile":{"image_24":"p24","image_48":"p48","image_512":"p512"}},{"id":"U2"}]`)
	u, _ := s.User("U1")
	for px, want := range map[int]string{0: "p24", 24: "p24", 25: "p48", 192: "p512", 1024: "p512"} {
		if got := u.Image(px); got != want {
			t.Errorf("at %d pixels it is %q, want %q", px, got, want)
		}
	}
	if u, _ := s.User("U2"); u.Image(48) != "" {
		t.Errorf("a user without a picture has %q", u.Image(48))
	}
}

// Who is in two conversations, what two users share, and who of a channel is
// there.
func TestInCommon(t *testing.T) {
	s := whole(t)
	c1, _ := s.Channel("C1")
	ids := func(users func(func(api.User) bool)) (all []api.UserID) {
		for u := range users {
			all = append(all, u.ID())
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff([]api.UserID{"U1", "U2"}, ids(c1.MembersAlsoIn("G2"))); diff != "" {
		t.Errorf("in C1 and G2 (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]api.UserID{"U1"}, ids(c1.MembersAlsoIn("G1"))); diff != "" { // which is C9 now
		t.Errorf("in C1 and G1 (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]api.UserID{"U1"}, ids(c1.ActiveMembers())); diff != "" {
		t.Errorf("active in C1 (-want +got)\n%s", diff)
	}
	ada, _ := s.User("U1")
	var shared []api.ChannelID
	for c := range ada.ChannelsWith("U2") {
		shared = append(shared, c.ID())
	}
	slices.Sort(shared)
	if diff := cmp.Diff([]api.ChannelID{"C1", "G2"}, shared); diff != "" {
		t.Errorf("of U1 and U2 (-want +got)\n%s", diff)
	}
}
