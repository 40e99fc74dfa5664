package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// samples is at how many instants a lagging list is looked at.
const samples = 5

// lagging makes the answer to a list that is not of one moment: each of its rows
// is as it was at an instant of its own between the request and the reply, or before
// the request if lists are behind.
func (s *Server) lagging(r *http.Request, m method, c call, lag time.Duration) (object, error) {
	var looks []map[string]any
	for i := range samples {
		if i > 0 {
			if lag == 0 {
				break
			}
			s.pause(r, s.faults.part(lag/(samples-1)))
		}
		var bodies []object
		s.mu.Lock()
		if i == 0 {
			bodies = s.earlier(m, c)
		}
		body, err := m.answer(s, c)
		var texts [][]byte
		for _, body := range append(bodies, body) {
			texts = append(texts, marshal(body))
		}
		s.mu.Unlock()
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			var look map[string]any
			if err := json.Unmarshal(text, &look); err != nil {
				return nil, err
			}
			looks = append(looks, look)
		}
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
// them, or is missing if that one does not have it. On a page, that may be because
// it was on another then, so no row is missing that any look has.
func (f *Faults) mix(looks []map[string]any, name string) []any {
	mixed, taken := []any{}, map[string]bool{}
	paged := slices.ContainsFunc(looks, func(look map[string]any) bool {
		meta, _ := look["response_metadata"].(map[string]any)
		next, _ := meta["next_cursor"].(string)
		return next != ""
	})
	for _, look := range looks {
		rows, _ := look[name].([]any)
		for _, row := range rows {
			id := rowID(row)
			if taken[id] {
				continue
			}
			taken[id] = true
			from, _ := looks[f.pick(len(looks))][name].([]any)
			at := slices.IndexFunc(from, func(other any) bool { return rowID(other) == id })
			if at >= 0 {
				mixed = append(mixed, from[at])
			} else if paged {
				mixed = append(mixed, row)
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

// lags returns how long a method takes to be answered at most, which it counts, and
// whether what it answers is not of one moment.
func (f *Faults) lags(method string) (lag time.Duration, lagging bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch method {
	case "users.list", "conversations.list", "conversations.members", "usergroups.list":
	default:
		return 0, false
	}
	if f.lag > 0 {
		f.fired[faultLag]++
	}
	return f.lag, f.lag > 0 || f.behind > 0
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
