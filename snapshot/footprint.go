package snapshot

import "github.com/slackstate/slackstate/internal/sizes"

// A Share is how many bytes of memory a part of a snapshot takes.
type Share struct {
	Part  string
	Bytes int64
}

// Footprint returns what a snapshot takes in memory by its parts: texts as if
// each were allocated alone, in the sizes that the runtime has, which is too much
// for those that lie in shared pieces, and tries without what they share with
// other snapshots being left out.
func (s *Snapshot) Footprint() []Share {
	records := map[Kind]int64{}
	var others, keys, tables int64
	for _, k := range Kinds() {
		if k == KindMember {
			continue
		}
		of := keyedAs(k)
		for key, r := range s.All(k) {
			records[k] += textBytes(string(r))
			if of == k || s.Get(of, key) == "" {
				keys += textBytes(key)
			}
		}
		if place, ok := k.listed(); ok {
			tables += s.listed.at(place).Footprint()
		} else {
			tables += s.tables.at(k.slot()).Footprint()
		}
	}
	for k, n := range records {
		switch k {
		case KindUser, KindConversation, KindRead, KindPresence:
		default:
			others += n
		}
	}
	var indexes int64
	for ix := range index(numIndexes) {
		indexes += s.index.at(ix).Footprint()
	}
	var tied int64
	for t := range Tie(numTies) {
		tied += s.ties.at(t).Footprint()
		for to, keys := range s.ties.at(t).All() {
			tied += textBytes(to) + keys.Footprint()
		}
	}
	return []Share{
		{"records of users", records[KindUser]},
		{"records of conversations", records[KindConversation]},
		{"read states", records[KindRead]},
		{"presence", records[KindPresence]},
		{"other records", others},
		{"keys", keys},
		{"tables without keys and records", tables},
		{"indexes", indexes},
		{"ties", tied},
		{"members of conversations", s.members.convs.footprint()},
		{"conversations of members", s.members.users.footprint()},
	}
}

// footprint returns what one side of memberships takes.
func (s *side) footprint() (n int64) {
	for id, x := range s.all() {
		n += textBytes(id) + x.with.Footprint()
	}
	return n + s.at.Footprint() + s.with.Footprint() + int64(len(s.pages)*idPageSize*16)
}

func textBytes(s string) int64 { return int64(sizes.Rounded(len(s))) }
