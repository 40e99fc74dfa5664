package slacktest_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"

	"github.com/slackstate/slackstate/slacktest"
)

// A bot under test is pointed at URL with Token; the test acts as everyone else.
func Example() {
	slack, err := slacktest.New(slacktest.Options{Users: 20, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer slack.Close()

	slack.Faults().RateLimit("team.info", 1, 0) // the first call is turned away
	for range 2 {
		if err := slack.RenameTeam("Acme"); err != nil {
			log.Fatal(err)
		}
		resp, err := http.PostForm(slack.URL()+"team.info", url.Values{"token": {slack.Token()}})
		if err != nil {
			log.Fatal(err)
		}
		defer resp.Body.Close()
		var body struct {
			OK    bool
			Error string
			Team  struct{ Name string }
		}
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %t %q\n", resp.StatusCode, body.OK, body.Error+body.Team.Name)
	}
	fmt.Println(slack.Faults().Fired())
	// Output:
	// 429 false "ratelimited"
	// 200 true "Acme"
	// map[ratelimit:1]
}
