package api_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/snapshot"
)

// A walker calls every exported method of every view that it comes across, with
// every argument that may mean something.
type walker struct {
	result func(method string, v reflect.Value) // is told of each result
	value  func(v reflect.Value)                // is told of everything reached
	seen   map[any]bool
	stop   bool // do not walk results
}

// arguments are what methods are called with, by the type of the parameter.
var arguments = map[reflect.Type][]any{
	reflect.TypeFor[[]api.UserID]():       {[]api.UserID{"U1", "U2", "U4"}, []api.UserID(nil)},
	reflect.TypeFor[api.UserID]():         {api.UserID("U1"), api.UserID("U2"), api.UserID("nobody")},
	reflect.TypeFor[api.ChannelID]():      {api.ChannelID("C1"), api.ChannelID("G1"), api.ChannelID("D1"), api.ChannelID("nowhere")},
	reflect.TypeFor[api.BotID]():          {api.BotID("B1"), api.BotID("B2"), api.BotID("none")},
	reflect.TypeFor[api.UsergroupID]():    {api.UsergroupID("S1"), api.UsergroupID("S2"), api.UsergroupID("none")},
	reflect.TypeFor[api.TS]():             {api.TS("1600000000.000400"), api.TS("1600000000.000700"), api.TS(""), api.TS("never")},
	reflect.TypeFor[api.FileID]():         {api.FileID("F1"), api.FileID("none")},
	reflect.TypeFor[int]():                {32, 192, 5000},
	reflect.TypeFor[api.ProfileFieldID](): {api.ProfileFieldID("Xf1"), api.ProfileFieldID("none")},
	reflect.TypeFor[string](): {"ada", "ada@engines.example", "general", "hall", "poets", "mathematicians", "wheel", "smile2",
		"users", "emoji", "theme", "who_can_at_channel", "nothing"},
}

// walk follows a value wherever it leads.
func (w *walker) walk(v reflect.Value) {
	w.value(v)
	switch v.Kind() {
	case reflect.Func:
		for range 2 { // the second time not to the end
			for e := range v.Seq() {
				w.walk(e)
			}
			for range v.Seq() {
				break
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i))
		}
	case reflect.Struct:
		if v.Type().Comparable() {
			if w.seen[v.Interface()] {
				return
			}
			w.seen[v.Interface()] = true
		}
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				w.walk(v.Field(i))
			}
		}
		for i := range v.NumMethod() {
			w.call(methodOf(v.Type(), i), v.Method(i), nil)
		}
	}
}

// methodOf names the nth method of a type; Changed is one type here.
func methodOf(t reflect.Type, n int) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return name + "." + t.Method(n).Name
}

// call calls a method with every combination of arguments.
func (w *walker) call(method string, fn reflect.Value, args []reflect.Value) {
	if n := len(args); n < fn.Type().NumIn() {
		for _, a := range arguments[fn.Type().In(n)] {
			w.call(method, fn, append(slices.Clip(args), reflect.ValueOf(a)))
		}
		return
	}
	for _, r := range fn.Call(args) {
		w.result(method, r)
		if !w.stop {
			w.walk(r)
		}
	}
}

// everything is all that a program can get hold of.
func everything(t *testing.T) (roots []any) {
	t.Helper()
	s, c := reduce(t, &snapshot.Snapshot{}, slices.Concat([]string{world}, later, kept)...)
	roots = append(roots, api.Of(s))
	roots = append(roots, c)
	part, err := snapshot.NewLoad().Early(1, 1, slices.Values([]snapshot.Change(nil)))
	if err != nil {
		t.Fatal(err)
	}
	roots = append(roots, api.Of(part))
	for _, frame := range changing {
		_, c := reduce(t, s, frame)
		roots = append(roots, c, api.ChangesTo[api.User](c), api.ChangesTo[api.Channel](c), api.ChangesTo[api.ReadState](c),
			api.ChangesTo[api.Message](c), api.ChangesTo[api.Thread](c), api.ChangesTo[api.File](c), api.ChangesTo[api.Membership](c), api.ChangesTo[api.Bot](c),
			api.ChangesTo[api.Usergroup](c), api.ChangesTo[api.Emoji](c), api.ChangesTo[api.DND](c),
			api.ChangesTo[api.UserPresence](c), api.ChangesTo[api.Pin](c), api.ChangesTo[api.Star](c), api.ChangesTo[api.ProfileField](c), api.ChangesTo[api.Team](c), api.ChangesTo[api.Self](c))
	}
	return roots
}

// changing is an event for each sort of entity.
var changing = []string{
	`{"type":"user_change","user":{"id":"U2","name":"babbage"}}`,
	`{"type":"channel_rename","channel":{"id":"C1","name":"main"}}`,
	`{"type":"message","channel":"C1","user":"U2","text":"news","ts":"1600000009.000100"}`,
	`{"type":"member_joined_channel","channel":"C1","user":"U4"}`,
	`{"type":"bot_changed","bot":{"id":"B1","name":"Difference Engine"}}`,
	`{"type":"subteam_updated","subteam":{"id":"S1","handle":"maths"}}`,
	`{"type":"emoji_changed","subtype":"add","name":"lever","value":"https://img.example/lever.png"}`,
	`{"type":"dnd_updated_user","user":"U2","dnd_status":{"dnd_enabled":true}}`,
	`{"type":"presence_change","user":"U2","presence":"active"}`,
	`{"type":"team_rename","name":"Analytical Engines"}`,
	`{"type":"manual_presence_change","presence":"active"}`,
	`{"type":"thread_marked","subscription":{"channel":"C1","thread_ts":"1600000000.000700","last_read":"1600000000.000800","active":true}}`,
	`{"type":"file_public","file":"F1"}`,
	`{"type":"channel_deleted","channel":"C3"}`,
}

// Whatever a program does to what it was given, nobody else sees a difference.
// The walk also shows that the world of these tests has an answer to every
// question that can be asked.
func TestNothingLeadsIntoASnapshot(t *testing.T) {
	roots := everything(t)
	snap := roots[0].(api.Snapshot)
	want := string(snap.JSON())
	answered := map[string]bool{}
	w := walker{seen: map[any]bool{}}
	w.result = func(method string, v reflect.Value) {
		some := !v.IsZero()
		if v.Kind() == reflect.Func {
			some = false
			for range v.Seq() {
				some = true
			}
		}
		answered[method] = answered[method] || some
	}
	w.value = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Slice:
			defer scribble(v.Slice(0, v.Cap()))
		case reflect.Pointer, reflect.Map, reflect.Chan, reflect.UnsafePointer:
			t.Errorf("a %v can be got hold of", v.Type())
		}
	}
	for range 2 { // what the first walk has scribbled on is gone
		clear(w.seen)
		for _, r := range roots {
			w.walk(reflect.ValueOf(r))
		}
	}
	if diff := cmp.Diff(want, string(snap.JSON())); diff != "" {
		t.Errorf("the snapshot has changed (-before +after)\n%s", diff)
	}
	if err := snap.Check(); err != nil {
		t.Error(err)
	}
	for _, zero := range zeroes {
		of := reflect.TypeOf(zero)
		for i := range of.NumMethod() {
			method := methodOf(of, i)
			if !answered[method] && method != "Snapshot.Check" { // which has nothing to say
				t.Errorf("%s has no answer in this world", method)
			}
		}
	}
}

// scribble overwrites the elements of a slice.
func scribble(v reflect.Value) {
	for i := range v.Len() {
		if e := v.Index(i); e.Kind() == reflect.Uint8 {
			e.SetUint(e.Uint() ^ 0xff)
		} else {
			e.SetZero()
		}
	}
}

// zeroes are the zero views, and what else has methods to ask.
var zeroes = []any{
	api.Snapshot{}, api.User{}, api.Channel{}, api.ReadState{}, api.Message{}, api.Thread{}, api.File{}, api.Membership{}, api.Bot{}, api.Usergroup{},
	api.Emoji{}, api.DND{}, api.UserPresence{}, api.Pin{}, api.Star{}, api.ProfileField{}, api.Team{}, api.Self{}, api.Commit{}, api.Changed[api.User]{},
}

// Every method of a zero view can be called, and reads as empty.
func TestZeroViews(t *testing.T) {
	for _, zero := range zeroes {
		t.Run(reflect.TypeOf(zero).Name(), func(t *testing.T) {
			w := walker{seen: map[any]bool{}}
			w.value = func(v reflect.Value) {
				if view, ok := v.Interface().(interface{ Valid() bool }); ok && view.Valid() {
					t.Errorf("a valid %T can be reached", view)
				}
			}
			w.result = func(method string, v reflect.Value) {
				switch v.Kind() {
				case reflect.Func:
					for e := range v.Seq() {
						t.Errorf("%s yields %v", method, e)
					}
				case reflect.Struct: // a view, or what walk looks into
				default:
					if !v.IsZero() && !echoes(method) {
						t.Errorf("%s returns %v", method, v)
					}
				}
			}
			w.walk(reflect.ValueOf(zero))
			for c := range api.ChangesTo[api.User](api.Commit{}) {
				t.Errorf("the zero Commit changes %v", c)
			}
		})
	}
}

// echoes reports whether a method returns what was asked for, or the name of
// what it is of, also where there is nothing.
func echoes(method string) bool {
	switch method {
	case "User.ID", "Channel.ID", "Bot.ID", "Usergroup.ID", "Emoji.Name", "DND.UserID",
		"Message.ChannelID", "Snapshot.JSON", "Pin.ChannelID", "ProfileField.ID", "File.ID", "Thread.TS", "Thread.ChannelID", "Message.TS":
		return true
	}
	return false
}

// The names of constants, and of numbers that have none.
func TestNames(t *testing.T) {
	for _, tt := range []struct {
		v    fmt.Stringer
		want string
	}{
		{api.Public, "public"}, {api.Private, "private"}, {api.GroupDM, "group DM"}, {api.DM, "DM"}, {api.Kind(9), "Kind(9)"},
		{api.PresenceUnknown, "unknown"}, {api.Away, "away"}, {api.Active, "active"}, {api.Presence(9), "Presence(9)"},
		{api.Unknown, "unknown"}, {api.Partial, "partial"}, {api.Stale, "stale"}, {api.Complete, "complete"}, {api.Known(9), "Known(9)"},
		{api.Offline, "offline"}, {api.Connecting, "connecting"}, {api.Bootstrapping, "bootstrapping"},
		{api.CatchingUp, "catching up"}, {api.Live, "live"}, {api.Phase(9), "Phase(9)"},
		{api.Identity{Team: "T1", User: "U1"}, "user U1 of team T1"},
	} {
		if got := tt.v.String(); got != tt.want {
			t.Errorf("%#v reads %q, want %q", tt.v, got, tt.want)
		}
	}
}
