package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/slackstate/slackstate/api"
)

// eraseLine goes to the beginning of a terminal's line and clears it.
const eraseLine = "\r\x1b[K"

// isTerminal reports whether somebody is looking at what is written to w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progressBar returns a line about a listing, "" if none is under way.
func progressBar(p api.Progress) string {
	const width = 30
	if p.Left == 0 {
		return ""
	}
	done := width * p.Pages / (p.Pages + p.Left)
	return fmt.Sprintf("[%s%s] %d answers, about %d to come, %d entities",
		strings.Repeat("#", done), strings.Repeat(".", width-done), p.Pages, p.Left, p.Entities)
}
