package api

import (
	"iter"
	"time"

	"github.com/slackstate/slackstate/snapshot"
)

// A File is something that was uploaded or linked. It follows
// https://docs.slack.dev/reference/objects/file-object. Files are kept if the
// program asks for it.
type File struct {
	s  Snapshot
	id FileID
	r  snapshot.Record
}

// File returns a file that is kept.
func (s Snapshot) File(id FileID) (File, bool) {
	r := s.data().Get(snapshot.KindFile, string(id))
	return File{s, id, r}, r != ""
}

// Files returns all files that are kept.
func (s Snapshot) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		for id, r := range s.data().All(snapshot.KindFile) {
			if !yield(File{s, FileID(id), r}) {
				return
			}
		}
	}
}

// Valid reports whether there is such a file. The zero File is not.
func (f File) Valid() bool { return f.r != "" }

// ID returns the file's id.
func (f File) ID() FileID { return f.id }

// InDoubt reports whether Slack has said that the file is not what it was, and not
// what it is. A State asks for it by itself.
func (f File) InDoubt() bool {
	return f.r != "" && f.s.data().Get(snapshot.KindStub, snapshot.Pair(snapshot.KindFile.String(), string(f.id))) != ""
}

// Name returns the name it was uploaded with.
func (f File) Name() string { return f.r.Str(snapshot.FileName) }

// Title returns its title.
func (f File) Title() string { return f.r.Str(snapshot.FileTitle) }

// MIMEType returns what is in it, such as "image/png".
func (f File) MIMEType() string { return f.r.Str(snapshot.FileMimetype) }

// Size returns its length in bytes, and whether that is known.
func (f File) Size() (bytes int64, known bool) { return f.r.Int(snapshot.FileSize) }

// OwnerID returns the id of the user who uploaded it.
func (f File) OwnerID() UserID { return UserID(f.r.Str(snapshot.FileUser)) }

// Owner returns the user who uploaded it.
func (f File) Owner() (User, bool) { return f.s.User(f.OwnerID()) }

// Created returns when it was uploaded.
func (f File) Created() time.Time { return seconds(f.r, snapshot.FileCreated) }

// Public reports whether everybody in the workspace can see it. Known is false if
// Slack has not said.
func (f File) Public() (public, known bool) { return f.r.Bool(snapshot.FileIsPublic) }

// SharedIn returns the conversations that have it, as far as is known.
func (f File) SharedIn() iter.Seq[ChannelID] {
	return func(yield func(ChannelID) bool) {
		for _, list := range []*snapshot.Field{snapshot.FileChannels, snapshot.FileGroups, snapshot.FileIMs} {
			for id := range f.r.List(list) {
				if !yield(ChannelID(id)) {
					return
				}
			}
		}
	}
}

// Permalink returns the URL of its page in Slack.
func (f File) Permalink() string { return f.r.Str(snapshot.FilePermalink) }

// URL returns where its contents are, for requests with a token.
func (f File) URL() string { return f.r.Str(snapshot.FileURLPrivate) }

// JSON returns the record as Slack sends it, with every field it has sent.
func (f File) JSON() []byte { return entityJSON(snapshot.KindFile, string(f.id), f.r) }
