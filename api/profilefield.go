package api

import (
	"cmp"
	"iter"
	"slices"

	"github.com/slackstate/slackstate/snapshot"
)

// A ProfileField is a field that the workspace has defined for the profiles of
// its users; User.Field has what they filled in. It follows
// https://docs.slack.dev/reference/methods/team.profile.get.
type ProfileField struct {
	id ProfileFieldID
	r  snapshot.Record
}

// ProfileField returns the definition of a field of the profile.
func (s Snapshot) ProfileField(id ProfileFieldID) (ProfileField, bool) {
	r := s.data().Get(snapshot.KindProfileField, string(id))
	return ProfileField{id, r}, r != ""
}

// ProfileFields returns the definitions of all of them in the order Slack shows
// them in.
func (s Snapshot) ProfileFields() iter.Seq[ProfileField] {
	return func(yield func(ProfileField) bool) {
		var all []ProfileField
		for id, r := range s.data().All(snapshot.KindProfileField) {
			all = append(all, ProfileField{ProfileFieldID(id), r})
		}
		slices.SortFunc(all, func(a, b ProfileField) int {
			return cmp.Or(cmp.Compare(a.ordering(), b.ordering()), cmp.Compare(a.id, b.id))
		})
		for _, f := range all {
			if !yield(f) {
				return
			}
		}
	}
}

func (f ProfileField) ordering() int64 {
	n, _ := f.r.Int(snapshot.ProfileFieldOrdering)
	return n
}

// Valid reports whether there is such a field. The zero ProfileField is not.
func (f ProfileField) Valid() bool { return f.r != "" }

// ID returns the field's id.
func (f ProfileField) ID() ProfileFieldID { return f.id }

// Label returns what it is called.
func (f ProfileField) Label() string { return f.r.Str(snapshot.ProfileFieldLabel) }

// Hint returns what its users are told to fill in.
func (f ProfileField) Hint() string { return f.r.Str(snapshot.ProfileFieldHint) }

// Type returns what may be in it, such as "text", "date", "link", "user" or
// "options_list".
func (f ProfileField) Type() string { return f.r.Str(snapshot.ProfileFieldType) }

// Hidden reports whether Slack's clients do not show it.
func (f ProfileField) Hidden() bool { return f.r.Is(snapshot.ProfileFieldHidden) }

// JSON returns the record as Slack sends it.
func (f ProfileField) JSON() []byte {
	return entityJSON(snapshot.KindProfileField, string(f.id), f.r)
}
