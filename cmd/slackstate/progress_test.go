package main

import (
	"bytes"
	"testing"

	"github.com/slackstate/slackstate/api"
)

func TestProgressBar(t *testing.T) {
	for _, tt := range []struct {
		p    api.Progress
		want string
	}{
		{api.Progress{Pages: 7, Entities: 900}, ""},
		{api.Progress{Pages: 1, Left: 2, Entities: 200}, "[##########....................] 1 answers, about 2 to come, 200 entities"},
		{api.Progress{Left: 5}, "[..............................] 0 answers, about 5 to come, 0 entities"},
	} {
		if got := progressBar(tt.p); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.p, got, tt.want)
		}
	}
	if isTerminal(new(bytes.Buffer)) {
		t.Error("a buffer is no terminal")
	}
}
