package reducer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slackstate/slackstate/snapshot"
)

// TestUnsoundStart: of an answer of rtm.start that is wrong in places, all else is
// taken, and the result says what was not.
func TestUnsoundStart(t *testing.T) {
	deep := strings.Repeat(`{"a":[`, 50) + `1` + strings.Repeat(`]}`, 50)
	long := strings.Repeat("topic ", 10<<20/6)
	for _, c := range []struct {
		name string
		body string
		want []string // what is reported
		dump []string // what the dump has
	}{
		{"ids that come twice",
			`"users":[{"id":"U1","name":"ann"},{"id":"U1","real_name":"Ann Lee"}],"channels":[{"id":"C1","name":"a"},{"id":"C1","name":"b"}]`,
			[]string{"U1 is listed twice", "C1 is listed twice"},
			[]string{`"users":[{"id":"U1","name":"ann","real_name":"Ann Lee"}]`, `"channels":[{"id":"C1","name":"b"`}},
		{"ids that are none",
			`"users":[{"id":7},{"id":"U1","name":"ann"},{"id":["U2"]},{"id":"U/3"},{"name":"nobody"},"U4",null],
			"channels":[{"id":{},"name":"a"},{"id":"C1","name":"b","members":["U1",2,{"id":"U3"},"U/4"]}],"bots":[{"id":false},{"id":"B1","name":"robot"}]`,
			[]string{"a user has no id", "a user has no id", "a user has no id", "a user has no id", "a user has no id", "a user has no id",
				"a conversation has no id", "3 members of C1 have no id", "a bot has no id"},
			[]string{`"users":[{"id":"U1","name":"ann"`, `"channels":[{"id":"C1","name":"b","members":["U1"]`, `"bots":[{"id":"B1","name":"robot"}]`}},
		{"an object a hundred levels deep", `"users":[{"id":"U1","name":"ann","deep":` + deep + `}],"channels":[]`, nil,
			[]string{`"deep":` + deep}},
		{"a topic of ten megabytes", `"users":[],"channels":[{"id":"C1","name":"a","topic":{"value":"` + long + `"}}]`, nil,
			[]string{`"topic":{"value":"` + long + `"}`}},
		{"values of other types", `"users":[{"id":"U1","name":7,"deleted":"maybe","profile":"none"}],"channels":[{"id":"C1","topic":[1],"members":{}}]`, nil,
			[]string{`"name":7`, `"deleted":"maybe"`, `"profile":"none"`, `"topic":[1]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame := `{"type":"local.page","method":"rtm.start","response":{"ok":true,"self":{"id":"U9"},"groups":[],"ims":[],` + c.body + `}}`
			s, res := reduce(t, &snapshot.Snapshot{}, frame, epoch)
			if diff := cmp.Diff(c.want, res.Unsound); diff != "" {
				t.Errorf("what is reported (-want +got):\n%s", diff)
			}
			dump := string(s.AppendDump(nil))
			for _, part := range c.dump {
				if !strings.Contains(dump, part) {
					t.Errorf("%.200s is not in %.2000s", part, dump)
				}
			}
			if err := s.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUnsoundIsBounded: a page of nothing sound takes no more memory than it has.
func TestUnsoundIsBounded(t *testing.T) {
	body := `"users":[` + strings.Repeat(`{},`, 999) + `{}]`
	_, res := reduce(t, &snapshot.Snapshot{}, `{"type":"local.page","method":"rtm.start","response":{"ok":true,`+body+`}}`, epoch)
	if len(res.Unsound) != 100 {
		t.Errorf("%d reports, want 100", len(res.Unsound))
	}
}
