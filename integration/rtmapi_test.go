package integration

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/slackstate/slackstate/slacktest"
)

// A nodeClient is Slack's own RTM client for Node.js, in a process of its own.
type nodeClient struct {
	t     *testing.T
	stdin io.Writer
	lines chan nodeLine
}

// A nodeLine is one thing it says.
type nodeLine struct {
	Heard, Did, Failed string
	Event              struct{ Type, Text, Channel, User, Presence, Name string }
	Result             struct {
		TS   string
		Text string
	}
	Error struct {
		Code int
		Msg  string
	}
}

// startNode installs @slack/rtm-api in a directory of its own and connects it.
func startNode(t *testing.T, srv *slacktest.Server) *nodeClient {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("rtm-api")); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	node := exec.Command("node", filepath.Join(dir, "client.mjs"))
	node.Env = append(os.Environ(), "SLACK_TOKEN="+srv.Token(), "SLACK_API_URL="+srv.URL())
	node.Stderr = os.Stderr
	stdin, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	c := &nodeClient{t, stdin, make(chan nodeLine, 1000)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			var l nodeLine
			if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
				t.Errorf("node says %q: %v", lines.Bytes(), err)
				continue
			}
			c.lines <- l
		}
	}()
	t.Cleanup(func() {
		stdin.Close()
		<-read
		if err := node.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	return c
}

// do has it do something.
func (c *nodeClient) do(name string, args map[string]any) {
	c.t.Helper()
	args["do"] = name
	line, err := json.Marshal(args)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		c.t.Fatal(err)
	}
}

// await returns the next line that fits.
func (c *nodeClient) await(fits func(nodeLine) bool) nodeLine {
	c.t.Helper()
	for end := time.After(patience); ; {
		select {
		case l := <-c.lines:
			if fits(l) {
				return l
			}
		case <-end:
			c.t.Fatal("nothing comes any more")
		}
	}
}

// Slack's own client takes the fake for Slack. It needs Node.js and the npm
// registry, so it runs only when SLACKSTATE_NODE is set.
func TestRTMAPI(t *testing.T) {
	if os.Getenv("SLACKSTATE_NODE") == "" {
		t.Skip("SLACKSTATE_NODE is not set")
	}
	srv, client := ourServer(t, slacktest.Options{})
	channel := truthOf(t, srv).joined(t)
	friend := truthOf(t, srv).colleague(t, channel)
	node := startNode(t, srv)
	ready := func(l nodeLine) bool { return l.Heard == "ready" }
	node.await(ready)

	// It comes back from a lost connection if it has sent nothing over it: 7.0.4
	// walks its list of unanswered messages as if no number in it were missing.
	srv.Disconnect()
	node.await(ready)
	if err := srv.RenameTeam("Back Again"); err != nil {
		t.Fatal(err)
	}
	node.await(func(l nodeLine) bool { return l.Heard == "team_rename" && l.Event.Name == "Back Again" })

	if _, err := srv.Post(friend, channel.ID, "is this thing on?"); err != nil {
		t.Fatal(err)
	}
	node.await(func(l nodeLine) bool { return l.Heard == "message" && l.Event.Text == "is this thing on?" })

	node.do("send", map[string]any{"channel": channel.ID, "text": "loud & clear"})
	sent := node.await(func(l nodeLine) bool { return l.Did == "send" })
	history, err := client.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: channel.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if m := history.Messages[0]; m.Timestamp != sent.Result.TS || m.Text != "loud &amp; clear" {
		t.Errorf("the newest message is %s %q, node sent %+v", m.Timestamp, m.Text, sent.Result)
	}
	node.do("send", map[string]any{"channel": channel.ID, "text": ""})
	if l := node.await(func(l nodeLine) bool { return l.Failed == "send" || l.Did == "send" }); l.Error.Code != 2 {
		t.Errorf("without text: %+v", l)
	}

	node.do("follow", map[string]any{"users": []string{friend}})
	node.do("typing", map[string]any{"channel": channel.ID})
	node.await(func(l nodeLine) bool { return l.Did == "typing" })
	node.do("send", map[string]any{"channel": channel.ID, "text": "after the subscription"})
	node.await(func(l nodeLine) bool { return l.Did == "send" })
	for _, presence := range []string{"away", "active"} {
		if err := srv.SetPresence(friend, presence); err != nil {
			t.Fatal(err)
		}
	}
	node.await(func(l nodeLine) bool { return l.Heard == "presence_change" && l.Event.Presence == "active" })

	for _, complaint := range srv.Complaints() {
		t.Errorf("the fake complains of Slack's own client: %s", complaint)
	}
}
