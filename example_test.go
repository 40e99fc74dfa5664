package slackstate_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/slackstate/slackstate"
	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/slacktest"
)

// A program that receives events in its own way applies them. A snapshot it has
// taken stays what it was.
func Example() {
	ctx := context.Background()
	st, err := slackstate.Open("", nil) // "" keeps it in memory
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()

	for _, event := range []string{
		`{"type":"team_join","user":{"id":"U1","name":"ada","profile":{"display_name":"Ada"}}}`,
		`{"type":"channel_created","channel":{"id":"C1","name":"engines"}}`,
		`{"type":"member_joined_channel","channel":"C1","user":"U1"}`,
	} {
		if _, err := st.Apply(ctx, []byte(event)); err != nil {
			log.Fatal(err)
		}
	}
	before := st.Snapshot()
	rename := `{"type":"user_change","user":{"id":"U1","profile":{"display_name":"Countess"}}}`
	if _, err := st.Apply(ctx, []byte(rename)); err != nil {
		log.Fatal(err)
	}
	for _, snap := range []api.Snapshot{before, st.Snapshot()} {
		engines, _ := snap.ChannelNamed("engines")
		for member := range engines.Members() {
			fmt.Printf("%d: %s is in #%s\n", snap.Seq(), member.DisplayName(), engines.Name())
		}
	}
	// Output:
	// 3: Ada is in #engines
	// 4: Countess is in #engines
}

// Changes goes on where an earlier process has stopped.
func ExampleState_Changes() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "workspace.db")

	// One process applies events and is closed before it has handled them all.
	st, err := slackstate.Open(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range []string{
		`{"type":"team_join","user":{"id":"U1","name":"ada"}}`,
		`{"type":"user_change","user":{"id":"U1","name":"ada","profile":{"status_text":"thinking"}}}`,
		`{"type":"user_change","user":{"id":"U1","name":"ada","profile":{"status_text":"at the opera"}}}`,
	} {
		if _, err := st.Apply(ctx, []byte(event)); err != nil {
			log.Fatal(err)
		}
	}
	handled := api.Seq(1)
	if err := st.Close(); err != nil {
		log.Fatal(err)
	}

	// The next one reads the rest, each with what was before.
	st, err = slackstate.Open(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	for c, err := range st.Changes(ctx, handled) {
		if err != nil {
			log.Fatal(err)
		}
		for u := range api.ChangesTo[api.User](c) {
			fmt.Printf("%d: %s was %q, is %q\n", c.Seq(), u.After.Handle(), u.Before.Status().Text, u.After.Status().Text)
		}
		if c.Seq() == st.Snapshot().Seq() {
			break // it would wait for the next one
		}
	}
	// Output:
	// 2: ada was "", is "thinking"
	// 3: ada was "thinking", is "at the opera"
}

// A State that runs lists the workspace once and follows it from then on. Here
// slacktest stands in for Slack.
func ExampleState_Wait() {
	slack, err := slacktest.New(slacktest.Options{Users: 50, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer slack.Close()
	st, err := slackstate.Open("", &slackstate.Options{Token: slack.Token(), APIURL: slack.URL()})
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ran := make(chan error, 1)
	go func() { ran <- st.Run(ctx) }()

	snap, err := st.Wait(ctx, slackstate.Ready)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(snap.NumUsers(), "users, all known:", snap.Freshness("users").Known == api.Complete)

	if err := slack.RenameTeam("Analytical Engines"); err != nil {
		log.Fatal(err)
	}
	snap, err = st.Wait(ctx, func(s api.Snapshot, _ api.Status) bool { return s.Team().Name() == "Analytical Engines" })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the workspace is", snap.Team().Name())

	cancel()
	fmt.Println("ended:", <-ran)
	// Output:
	// 50 users, all known: true
	// the workspace is Analytical Engines
	// ended: <nil>
}

// Freshness tells how well a collection is known, and why not better.
func ExampleState_Snapshot_freshness() {
	slack, err := slacktest.New(slacktest.Options{Users: 50, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer slack.Close()
	slack.Faults().Fail("emoji.list", -1, "missing_scope") // the token may not ask
	st, err := slackstate.Open("", &slackstate.Options{Token: slack.Token(), APIURL: slack.URL()})
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ran := make(chan error, 1)
	go func() { ran <- st.Run(ctx) }()
	if _, err := st.Wait(ctx, slackstate.Live); err != nil {
		log.Fatal(err)
	}
	cancel()
	<-ran // nobody tells of changes any more

	for _, name := range []string{"users", "emoji"} {
		f := st.Snapshot().Freshness(name)
		fmt.Printf("%s are %v %q\n", name, f.Known, f.Reason)
	}
	// Output:
	// users are stale ""
	// emoji are unknown "missing_scope: needed: emoji:read, provided: bot"
}
