package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// A recording is what a --start names: the listings of a workspace, in the
// order in which a program would ask for them. It passes for one that was made
// at one moment.
type recording struct {
	listings []listing
	at       int64 // that moment, in milliseconds; 0 if it is not told
}

// readStart reads an rtm.start response, or all method.json files of a
// directory.
func readStart(path string) (recording, error) {
	info, err := os.Stat(path)
	if err != nil {
		return recording{}, err
	}
	var rec recording
	if info.IsDir() {
		rec.listings, err = readDirectory(path)
	} else {
		rec.listings, err = readSingle(path)
	}
	for _, l := range rec.listings {
		for _, body := range l.pages {
			rec.at = max(rec.at, madeAt(body))
		}
	}
	return rec, err
}

// readSingle reads a file that holds one response of rtm.start.
func readSingle(path string) ([]listing, error) {
	listings, err := readListings(path, "rtm.start")
	if err != nil {
		return nil, err
	}
	if len(listings) != 1 || len(listings[0].pages) > 1 {
		return nil, fmt.Errorf("%s: not one response but several or none", path)
	}
	if err := listings[0].failed; err != nil {
		return nil, fmt.Errorf("%s: the response is an error: %w", path, err)
	}
	body := listings[0].pages[0]
	for _, name := range []string{"self", "team", "users", "channels"} {
		if k := body.Get(name).Kind(); k == rawjson.Object || k == rawjson.Array {
			return listings, nil
		}
	}
	return nil, fmt.Errorf("%s: not a response of rtm.start: it has no self, team, users or channels", path)
}

// methods is the order in which recorded methods are applied: who self is comes
// first, and what belongs to conversations after them.
var methods = []string{"rtm.start", "rtm.connect", "auth.test", "team.info", "users.list", "users.info",
	"conversations.list", "users.conversations", "conversations.info", "conversations.members",
	"usergroups.list", "usergroups.users.list"}

// readDirectory reads the recorded methods in order. Of the methods that Slack
// refused there is the reason, but not of all of them.
func readDirectory(dir string) (all []listing, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".json" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no method.json file", dir)
	}
	method := func(file string) string { return strings.TrimSuffix(filepath.Base(file), ".json") }
	order := func(file string) int {
		if i := slices.Index(methods, method(file)); i >= 0 {
			return i
		}
		return len(methods)
	}
	slices.SortStableFunc(files, func(a, b string) int { return order(a) - order(b) })
	var why error
	answered := false
	for _, file := range files {
		listings, err := readListings(file, method(file))
		if err != nil {
			return nil, err
		}
		for _, l := range listings {
			answered = answered || len(l.pages) > 0
			if l.failed != nil && why == nil {
				why = fmt.Errorf("%s: the response is an error: %w", file, l.failed)
			}
		}
		all = append(all, listings...)
	}
	if !answered {
		if why == nil {
			why = fmt.Errorf("%s: no response in any method.json file", dir)
		}
		return nil, why
	}
	return all, nil
}

// readListings reads one file: a response, an array of them, or an array of
// objects with args and a response. Responses to the same arguments are the
// pages of one listing.
func readListings(path, method string) ([]listing, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	v, err := rawjson.Parse(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: not JSON: %w", path, err)
	}
	var all []listing
	places := map[rawjson.Value]int{} // in all, by arguments
	add := func(args, body rawjson.Value) error {
		l := newListing(method, args)
		i, known := places[l.args]
		if !known {
			i, all = len(all), append(all, l)
			places[l.args] = i
		}
		return all[i].add(body)
	}
	elems := v.Elems()
	switch v.Kind() {
	case rawjson.Array:
	case rawjson.Object:
		elems = slices.Values([]rawjson.Value{v})
	default:
		return nil, fmt.Errorf("%s: neither a response nor an array of them", path)
	}
	n := 0
	for e := range elems {
		n++
		args, body := rawjson.Value(""), e
		if r := e.Get("response"); r != "" {
			args, body = e.Get("args"), r
		}
		if err := add(args, body); err != nil {
			return nil, fmt.Errorf("%s: response %d: %w", path, n, err)
		}
	}
	return all, nil
}

// madeAt returns when a response says it was made, in milliseconds, or 0.
func madeAt(v rawjson.Value) int64 {
	if s, _ := v.Get("latest_event_ts").Str(); snapshot.TS(s).Comparable() {
		return snapshot.TS(s).Time().UnixMilli()
	}
	if n, ok := v.Get("cache_ts").Int(); ok && n > 0 {
		return n * 1000
	}
	return 0
}

// identity returns whose recording it is, if it says so.
func (r recording) identity() (api.Identity, bool) {
	for _, l := range r.listings {
		for _, body := range l.pages {
			team, _ := body.Get("team").Get("id").Str()
			user, _ := body.Get("self").Get("id").Str()
			if l.method == "auth.test" {
				team, _ = body.Get("team_id").Str()
				user, _ = body.Get("user_id").Str()
			}
			if team != "" && user != "" {
				return api.Identity{Team: team, User: api.UserID(user)}, true
			}
		}
	}
	return api.Identity{}, false
}
