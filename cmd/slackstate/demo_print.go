package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/slackstate/slackstate/api"
)

// A printer writes what a person reads: with colours on a terminal, plain
// elsewhere.
type printer struct {
	w                             io.Writer
	bold, dim, green, red, normal string
}

func newPrinter(w io.Writer) *printer {
	p := &printer{w: w}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return p
	}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		p.bold, p.dim, p.green, p.red, p.normal = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m"
	}
	return p
}

func (p *printer) title(s string) { fmt.Fprintf(p.w, "\n%s%s%s\n", p.bold, s, p.normal) }
func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p.w, "   "+format+"\n", args...)
}
func (p *printer) good(format string, args ...any) {
	fmt.Fprintf(p.w, "   %s✓ %s%s\n", p.green, fmt.Sprintf(format, args...), p.normal)
}
func (p *printer) bad(s string) { fmt.Fprintf(p.w, "   %s✗ %s%s\n", p.red, s, p.normal) }

// change prints what happened and what it changed.
func (p *printer) change(what string, c changeLine) {
	fmt.Fprintf(p.w, "   %4d  %-28s %s\n", c.Seq, what, p.difference(c.Table, c.Key, c.Before, c.After))
}

// repair prints what a list told that no event had, and returns how many
// records that is. Of a conversation that comes or goes as a whole, the members
// are one line.
func (p *printer) repair(c api.Commit) (records int) {
	moved := map[string]int{}
	for ch := range c.Changes() {
		records++
		if conv, _, _ := strings.Cut(ch.Key, "/"); ch.Table == "members" {
			moved[conv+map[bool]string{true: " left", false: " joined"}[ch.After == nil]]++
		}
	}
	row := func(text string) {
		fmt.Fprintf(p.w, "   %4d  %s%-14s%s %s\n", c.Seq(), p.dim, strings.TrimPrefix(c.Event(), "local."), p.normal, text)
	}
	for ch := range c.Changes() {
		conv, _, _ := strings.Cut(ch.Key, "/")
		if ch.Table == "members" && (moved[conv+" left"] > 3 || moved[conv+" joined"] > 3) {
			continue
		}
		row(p.difference(ch.Table, ch.Key, ch.Before, ch.After))
	}
	for _, what := range slices.Sorted(maps.Keys(moved)) {
		if n := moved[what]; n > 3 {
			conv, how, _ := strings.Cut(what, " ")
			row(fmt.Sprintf("%smembers %s%s %d %s", p.dim, conv, p.normal, n, how))
		}
	}
	return records
}

// difference says in a line what became of a record.
func (p *printer) difference(table, key string, before, after []byte) string {
	var b, a map[string]any
	_ = json.Unmarshal(before, &b) // nothing, or an object the cache wrote
	_ = json.Unmarshal(after, &a)
	name := p.dim + table + " " + key + p.normal
	switch {
	case b == nil && table == "members":
		return name + " joined"
	case a == nil && table == "members":
		return name + " left"
	case b == nil:
		return name + " new: " + label(a)
	case a == nil:
		return name + " gone: " + label(b)
	}
	var parts []string
	differences("", b, a, func(field string, from, to any) {
		parts = append(parts, fmt.Sprintf("%s %s → %s", field, brief(from), brief(to)))
	})
	if len(parts) > 3 {
		parts = append(parts[:3], fmt.Sprintf("and %d more", len(parts)-3))
	}
	return name + " " + strings.Join(parts, ", ")
}

// housekeeping are fields that change with every other one.
var housekeeping = []string{"updated", "date_update", "name_normalized", "previous_names"}

// differences calls yield for each field that differs, objects opened up.
func differences(prefix string, b, a map[string]any, yield func(field string, from, to any)) {
	names := maps.Clone(b)
	maps.Copy(names, a)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if reflect.DeepEqual(b[name], a[name]) || slices.Contains(housekeeping, name) ||
			strings.HasSuffix(name, "_normalized") || strings.HasSuffix(name, "_canonical") {
			continue
		}
		from, okB := b[name].(map[string]any)
		to, okA := a[name].(map[string]any)
		if okB && okA && name != "latest" {
			differences(prefix+name+".", from, to, yield)
			continue
		}
		yield(prefix+name, b[name], a[name])
	}
}

// label is what a person would call a record.
func label(o map[string]any) string {
	for _, name := range []string{"real_name", "name", "handle", "value", "text"} {
		if s, ok := o[name].(string); ok && s != "" {
			return brief(s)
		}
	}
	return brief(o)
}

// brief is a value in few words.
func brief(v any) string {
	if m, ok := v.(map[string]any); ok {
		if text, ok := m["text"].(string); ok {
			v = text // a message
		}
	}
	if v == nil {
		return "—"
	}
	var buf strings.Builder
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	b := strings.TrimSpace(buf.String())
	if r := []rune(b); len(r) > 40 {
		return string(r[:38]) + "…"
	}
	return b
}

// census counts what a snapshot holds.
func census(s api.Snapshot) string {
	members := 0
	for c := range s.Channels() {
		for range c.MemberIDs() {
			members++
		}
	}
	return fmt.Sprintf("%d users, %d conversations, %d memberships", s.NumUsers(), s.NumChannels(), members)
}

func since(t time.Time) time.Duration { return round(time.Since(t)) }

func round(d time.Duration) time.Duration {
	switch {
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > 10*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}
