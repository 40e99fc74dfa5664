package slacktest

import (
	"iter"
	"math/rand/v2"
	"strings"
	"time"
)

// share is what part of the frames of a workload belongs to each group of acts.
// It is the traffic of a busy workspace, in percent.
var share = []struct {
	group   string
	percent int
}{
	{"message", 55}, {"typing", 8}, {"presence", 8}, {"marker", 8}, {"user", 5}, {"reaction", 5},
	{"member", 4}, {"lifecycle", 4}, {"newcomer", 1}, {"rest", 2},
}

// Workload returns n RTM frames of ordinary traffic as self would get them with
// presence subscribed for everyone: mostly messages, then typing, presence and
// read markers, and a little of everything else, some of it of types no client
// knows. They continue the workspace as it was when New returned; what was done
// to the server since plays no part and neither does the server notice. The same
// options, seed and n give the same frames.
func (s *Server) Workload(seed uint64, n int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		now := epoch
		w := generate(s.opts.Seed, s.opts.Users, clock{now: func() time.Time { return now }})
		var frames [][]byte
		sent := map[string]int{}
		w.send = func(f frame) {
			body := f.body
			if f.presence != nil {
				body = presenceChange(false, f.presence.presence, f.presence.user)[0]
			}
			sent[groupOf(f.kind)]++
			frames = append(frames, body)
		}
		l := life{w, rand.New(rand.NewPCG(seed, 0x10ad))}
		groups := map[string][]act{"rest": {{"rest", 1, life.doUnknown}}}
		for _, a := range acts() {
			groups[a.group] = append(groups[a.group], a)
		}
		for total := 0; total < n; {
			now = now.Add(time.Duration(20+l.rng.IntN(500)) * time.Millisecond)
			// A refusal is no frame; then the next act is drawn.
			_, _ = choose(l.rng, groups[l.lacking(sent, total)]).do(l)
			for _, body := range frames[:min(len(frames), n-total)] {
				if !yield(body) {
					return
				}
			}
			total += len(frames)
			frames = frames[:0]
		}
	}
}

// lacking draws a group, the more likely the further it is behind its share.
func (l life) lacking(sent map[string]int, total int) string {
	const ahead = 200 // frames looked ahead, so that no group is ever certain
	var behind [16]int
	sum := 0
	for i, s := range share {
		behind[i] = max(0, s.percent*(total+ahead)-100*sent[s.group])
		sum += behind[i]
	}
	at := l.rng.IntN(sum)
	for i, s := range share {
		if at < behind[i] {
			return s.group
		}
		at -= behind[i]
	}
	return share[0].group
}

// groupOf counts a frame, whatever act it came from.
func groupOf(kind string) string {
	switch kind {
	case "message":
		return "message"
	case "user_typing":
		return "typing"
	case "presence_change":
		return "presence"
	case "user_change", "user_profile_changed", "user_status_changed":
		return "user"
	case "reaction_added", "reaction_removed":
		return "reaction"
	case "member_joined_channel", "member_left_channel":
		return "member"
	case "team_join":
		return "newcomer"
	}
	family, verb, _ := strings.Cut(kind, "_")
	switch {
	case verb == "marked":
		return "marker"
	case family == "channel" || family == "group" || family == "mpim" || family == "im":
		return "lifecycle"
	}
	return "rest"
}

// doUnknown sends a frame no documentation mentions.
func (l life) doUnknown() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kind := pick(l.rng, []string{"badge_counts_updated", "update_thread_state", "apps_changed", "sh_room_update"})
	l.emitTimed(kind, object{"has_unreads": true, "mention_count": l.rng.IntN(5)})
	return kind, nil
}
