package reducer

import (
	"slices"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

const file = snapshot.KindFile

// keepsFiles reports whether files are kept that are not known yet.
func (st *step) keepsFiles() bool {
	return st.Base().Len(snapshot.KindConfig) > 0 && st.Get(snapshot.KindConfig, "").Is(snapshot.ConfigFiles)
}

// fileOf returns the file an event is about, by either of the names Slack has
// for it, and whether the event may touch it.
func (st *step) fileOf() (key string, ok bool) {
	key = st.ev.id("file_id")
	if key == "" {
		key = id(st.ev.get("file"), "id")
	}
	if key == "" {
		key = st.ev.id("file")
	}
	switch {
	case key == "":
		st.skip("names no file")
	case st.Get(snapshot.KindTombstone, fileTombstone(key)) != "":
		st.skip("the file is deleted")
	case st.Get(file, key) == "" && !st.keepsFiles():
		st.skip("files are not kept")
	default:
		return key, true
	}
	return key, false
}

func fileTombstone(key string) string { return snapshot.Pair("file", key) }

// knownFile is fileOf for events that make no sense of a file never heard of.
func (st *step) knownFile() (key string, ok bool) {
	if key, ok = st.fileOf(); ok && st.Get(file, key) == "" {
		st.skip("the file is not known")
		st.hint(file, key)
		return key, false
	}
	return key, ok
}

// met makes sure that a file has a record. Most events name the file and no more;
// before 2018 they brought it.
func (st *step) met(key string) {
	v := st.ev.get("file")
	known := st.Get(file, key)
	r := st.record(file, v)
	if owner := st.ev.id("user_id"); owner != "" && st.ev.Type == "file_created" && !r.Has(snapshot.FileUser) {
		r = st.With(file.Schema(), r, snapshot.FileUser.Str(owner))
	}
	st.Put(file, key, st.Merge(file.Schema(), r, known)) // late events only fill in
	if known == "" && !r.Has(snapshot.FileName) {
		st.hint(file, key)
	}
}

// fileCreated is file_created. Clock: none needed, it only fills in.
func fileCreated(st *step) {
	if key, ok := st.fileOf(); ok {
		st.met(key)
	}
}

// fileShared and fileUnshared are the events of those names: a conversation has
// the file, or has it no longer. Clock: event_ts for each file and conversation.
func fileShared(st *step) {
	key, ok := st.fileOf()
	if !ok {
		return
	}
	st.met(key)
	if in, ok := st.sharedIn(key); ok {
		st.share(key, in)
	}
}

func fileUnshared(st *step) {
	key, ok := st.fileOf()
	if !ok {
		return
	}
	in, ok := st.sharedIn(key) // whose clock is for files that are not known yet, too
	if !ok {
		return
	}
	if _, ok := st.knownFile(); ok {
		st.unshare(key, in)
	}
}

// sharedIn returns the conversation that an event about a file names, unless an
// event about the two is newer.
func (st *step) sharedIn(key string) (in string, ok bool) {
	if st.ev.id("channel_id") == "" {
		st.skip("names no conversation")
		return "", false
	}
	in, ok = st.alive(st.ev.id("channel_id"))
	return in, ok && st.newer(facetShare, snapshot.Pair(in, key), st.ev.Time)
}

// shareFields are the lists of conversations that a file is shared in.
var shareFields = []*snapshot.Field{snapshot.FileChannels, snapshot.FileGroups, snapshot.FileIMs}

// share puts a conversation on the list of its kind.
func (st *step) share(key, in string) {
	f := snapshot.FileChannels
	switch r := st.Get(conv, in); {
	case r.Is(snapshot.ConvIsIM):
		f = snapshot.FileIMs
	case r.Is(snapshot.ConvIsPrivate), r.Is(snapshot.ConvIsMPIM):
		f = snapshot.FileGroups
	}
	known := slices.Collect(st.Get(file, key).List(f))
	if !slices.Contains(known, in) {
		st.assign(file, key, f.List(append(known, in)))
	}
}

// unshare takes a conversation off whichever list it is on.
func (st *step) unshare(key, in string) {
	for _, f := range shareFields {
		known := slices.Collect(st.Get(file, key).List(f))
		if i := slices.Index(known, in); i >= 0 {
			st.assign(file, key, f.List(slices.Delete(known, i, i+1)))
		}
	}
}

// dropShares takes a conversation that is gone off all files.
func (st *step) dropShares(key string) {
	for f := range st.Base().Tied(snapshot.FilesIn, key) {
		st.unshare(f, key)
	}
}

// moveShares is for a conversation that gets another id.
func (st *step) moveShares(from, to string) {
	for key := range st.Base().Tied(snapshot.FilesIn, from) {
		for _, f := range shareFields {
			known := slices.Collect(st.Get(file, key).List(f))
			i := slices.Index(known, from)
			switch {
			case i < 0:
			case slices.Contains(known, to):
				st.assign(file, key, f.List(slices.Delete(known, i, i+1)))
			default:
				known[i] = to
				st.assign(file, key, f.List(known))
			}
		}
	}
}

// filePublic is file_public, and file_private, which is no longer served. Clock:
// event_ts for each file.
func filePublic(st *step) {
	if key, ok := st.knownFile(); ok && st.newer(facetPublic, key, st.ev.Time) {
		st.assign(file, key, snapshot.FileIsPublic.Bool(st.ev.Type == "file_public"))
	}
}

// fileChanged is file_change, which mostly does not say what changed: then the
// file is in doubt until an answer tells that cannot be older. Clock: event_ts for
// each file, if it does say.
func fileChanged(st *step) {
	key, ok := st.knownFile()
	if !ok {
		return
	}
	r := st.record(file, st.ev.get("file"))
	switch {
	case r == "" || r == snapshot.Exists:
		st.suspect(file, key)
	case st.newer(facetFile, key, st.ev.Time):
		st.merge(file, key, r)
		st.hint(file, key)
	}
}

// fileDeleted is file_deleted: its pins and stars go with it, and messages say
// that it is gone. Clock: none, a deletion is final.
func fileDeleted(st *step) {
	f := st.ev.id("file_id")
	if f == "" {
		f = st.ev.id("file")
	}
	if f == "" {
		st.skip("names no file")
		return
	}
	for pin := range st.Base().Tied(snapshot.PinsOfFile, f) {
		st.unpin(pin)
	}
	for star := range st.Base().Tied(snapshot.StarsOfFile, f) {
		st.Delete(snapshot.KindStar, star)
	}
	for pair := range st.Base().Tied(snapshot.MessagesWithFile, f) {
		key, _ := snapshot.Unpair(pair)
		m := st.Get(kept, pair)
		st.set(key, m, snapshot.MessageFiles.Raw(withoutFile(m.Raw(snapshot.MessageFiles), f)))
	}
	if st.Get(file, f) != "" || st.keepsFiles() {
		st.forgetFile(f)
		dead := snapshot.KindTombstone
		st.Put(dead, fileTombstone(f), st.With(dead.Schema(), "", snapshot.TombstoneAt.Int(st.ev.At)))
	}
}

// forgetFile drops a file and the doubts about it.
func (st *step) forgetFile(key string) {
	st.Delete(file, key)
	st.Delete(snapshot.KindStub, hiddenKey(file, key))
}

// withoutFile returns a message's files with what Slack shows in the place of a
// deleted one.
func withoutFile(files rawjson.Value, f string) rawjson.Value {
	b := []byte{'['}
	for v := range files.Elems() {
		if len(b) > 1 {
			b = append(b, ',')
		}
		if id(v, "id") == f {
			b = append(b, `{"id":`...)
			b = rawjson.AppendString(b, f)
			b = append(b, `,"mode":"tombstone"}`...)
		} else {
			b = append(b, v...)
		}
	}
	return rawjson.Value(append(b, ']'))
}

// attached takes the files that a message brings. It may be late, so what is
// known of them stays.
func (st *step) attached(key string, m snapshot.Record) {
	files := m.Raw(snapshot.MessageFiles)
	if files == "" || m.Is(snapshot.MessageHidden) || !st.keepsFiles() {
		return
	}
	for v := range files.Elems() {
		f := id(v, "id")
		if f == "" || str(v, "mode") == "tombstone" || st.Get(snapshot.KindTombstone, fileTombstone(f)) != "" {
			continue
		}
		st.Put(file, f, st.Merge(file.Schema(), st.record(file, v), st.Get(file, f)))
		if st.newer(facetShare, snapshot.Pair(key, f), st.version()) {
			st.share(f, key)
		}
	}
}
