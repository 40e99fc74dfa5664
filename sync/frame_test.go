package sync

import "testing"

func TestMeaningOf(t *testing.T) {
	for _, tt := range []struct {
		raw  string
		want meaning
	}{
		{`{"type":"hello"}`, greeting},
		{` {"region":"x", "type" : "hello"} `, greeting},
		{`{"type":"pong","reply_to":4}`, noise},
		{`{"type":"reconnect_url","url":"wss://x"}`, noise},
		{`{"ok":true,"reply_to":1,"ts":"1.2"}`, receipt},
		{`{"ok":false,"reply_to":1,"error":{"code":2}}`, receipt},
		{`{"type":"goodbye"}`, farewell},
		{`{"type":"error","error":{"code":1}}`, complaint},
		{`{"type":"team_migration_started"}`, migration},

		{`{"type":"local.page","method":"users.list","response":{}}`, forged},
		{`{"type":"\u006cocal.offline"}`, forged},

		{`{"type":"message","reply_to":1}`, echo},
		{`{"type":"error","reply_to":1,"error":{"code":2}}`, receipt},
		{`{"type":"message","text":"{\"type\":\"goodbye\"}"}`, event},
		{`{"item":{"type":"goodbye"},"type":"star_added"}`, event},
		{`{"type":"never_heard_of"}`, event},
		{`{"ok":true}`, event},
		{`{"type":null,"reply_to":1}`, event},
		{`{"type":["hello"]}`, event},
		{`{"type":"hello"`, event},
		{`"hello"`, event},
		{``, event},
		{"\x00\xff", event},
	} {
		if got, _ := meaningOf([]byte(tt.raw)); got != tt.want {
			t.Errorf("%q means %d, want %d", tt.raw, got, tt.want)
		}
	}
}
