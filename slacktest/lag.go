package slacktest

import (
	"encoding/json"
	"net/http"
	"time"
)

// samples is at how many instants a lagging list is looked at.
const samples = 5

// lagging makes the answer to a list that is not of one moment: each of its rows
// is as it was at an instant of its own between the request and the reply.
func (s *Server) lagging(r *http.Request, m method, c call, lag time.Duration) (object, error) {
	var looks []map[string]any
	for i := range samples {
		if i > 0 {
			s.pause(r, s.faults.part(lag/(samples-1)))
		}
		s.mu.Lock()
		body, err := m.answer(s, c)
		var text []byte
		if err == nil {
			text = marshal(body)
		}
		s.mu.Unlock()
		if err != nil {
			return nil, err
		}
		var look map[string]any
		if err := json.Unmarshal(text, &look); err != nil {
			return nil, err
		}
		looks = append(looks, look)
	}
	body := object(looks[len(looks)-1])
	for _, name := range []string{"members", "channels", "usergroups"} {
		if _, ok := body[name].([]any); ok {
			body[name] = s.faults.mix(looks, name)
		}
	}
	return body, nil
}

// mix makes one list out of several looks at it: each row comes from one of
// them, or is missing if that one does not have it.
func (f *Faults) mix(looks []map[string]any, name string) []any {
	mixed, taken := []any{}, map[string]bool{}
	for _, look := range looks {
		rows, _ := look[name].([]any)
		for _, row := range rows {
			id := rowID(row)
			if taken[id] {
				continue
			}
			taken[id] = true
			from, _ := looks[f.pick(len(looks))][name].([]any)
			for _, other := range from {
				if rowID(other) == id {
					mixed = append(mixed, other)
				}
			}
		}
	}
	return mixed
}

// rowID returns the id of an object, or a bare id.
func rowID(row any) string {
	if o, ok := row.(map[string]any); ok {
		row = o["id"]
	}
	id, _ := row.(string)
	return id
}

// Lag lets every list take up to d to be answered, in which each of its rows is
// read at an instant of its own. It lasts until Clear.
func (f *Faults) Lag(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lag = d
}

// lags returns how much a method lags, and counts it.
func (f *Faults) lags(method string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch method {
	case "users.list", "conversations.list", "conversations.members", "usergroups.list":
	default:
		return 0
	}
	if f.lag > 0 {
		f.fired[faultLag]++
	}
	return f.lag
}

// part returns a random part of d.
func (f *Faults) part(d time.Duration) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.rng.Int64N(int64(d) + 1))
}

func (f *Faults) pick(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rng.IntN(n)
}
