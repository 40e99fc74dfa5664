package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// A child is this program again, as "run", keeping a file up to date.
type child struct {
	cmd     *exec.Cmd
	phases  chan string     // its lines on standard error; closed at its end
	changes chan changeLine // its lines on standard output; closed at its end
	readers sync.WaitGroup
	waited  sync.Once
	err     error
}

// startChild starts it. The token goes through the environment, where other
// users of the machine cannot see it.
func startChild(ctx context.Context, apiURL, token, file string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, "run", "--db", file, "--api-url", apiURL,
		"--connect", "--members", "all", "--read-state", "joined", "--unpaced", "--changes")
	cmd.Env = append(os.Environ(), "SLACK_TOKEN="+token)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a child: %w", err)
	}
	// The buffers hold more than the demo ever makes happen, so that the child
	// never waits for its reader.
	c := &child{cmd: cmd, phases: make(chan string, 1000), changes: make(chan changeLine, 10_000)}
	c.readers.Go(func() {
		defer close(c.phases)
		for in := bufio.NewScanner(stderr); in.Scan(); {
			c.phases <- in.Text()
		}
	})
	c.readers.Go(func() {
		defer close(c.changes)
		c.readChanges(stdout)
	})
	return c, nil
}

func (c *child) readChanges(r io.Reader) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return // the last line may be cut: the child was killed
		}
		var ch changeLine
		if json.Unmarshal(bytes.TrimSpace(line), &ch) == nil {
			c.changes <- ch
		}
	}
}

// change returns the next change with a sign.
func (c *child) change(ctx context.Context, s sign) (changeLine, error) {
	for {
		select {
		case ch, ok := <-c.changes:
			if !ok {
				return ch, fmt.Errorf("the child ended: %w", c.wait())
			}
			if ch.Table == s.table && (s.event == "" || ch.Event == s.event) && strings.Contains(string(ch.After), s.holds) {
				return ch, nil
			}
		case <-ctx.Done():
			return changeLine{}, fmt.Errorf("no change to %s arrived: %w", s.table, ctx.Err())
		}
	}
}

// kill ends the child with SIGKILL and waits for it.
func (c *child) kill() error {
	if err := c.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill the child: %w", err)
	}
	err := c.wait()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		return fmt.Errorf("the child was not killed: %w", err)
	}
	return nil
}

// wait returns how the child ended.
func (c *child) wait() error {
	c.waited.Do(func() {
		c.readers.Wait()
		c.err = c.cmd.Wait()
	})
	return c.err
}

// stop ends the child, if there is one, however far the demo came.
func (c *child) stop() error {
	if c == nil || c.cmd.ProcessState != nil {
		return nil
	}
	return c.kill()
}

// isLive reports whether a line of the child says that it has caught up.
func isLive(line string) bool { return strings.HasPrefix(line, "live:") }
