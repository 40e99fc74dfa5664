package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// file is something that somebody uploaded.
type file struct {
	id, name string
	owner    *account
	at       stamp
	public   bool
	in       []*conv
}

// UploadFile uploads a file and says in a message that it is there, which is what
// Slack's clients do. Events name the file, and only the message brings it. Errors
// as for Post, and no_file_data for a name that is empty.
func (w *Workspace) UploadFile(user, channel, name, text string) (id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, u, err := w.talker(user, channel)
	if err == nil && name == "" {
		err = Error("no_file_data")
	}
	if err != nil {
		return "", fmt.Errorf("upload to %s: %w", channel, err)
	}
	f := &file{id: w.ids.next("F"), name: name, owner: u, at: w.clock.tick()}
	w.files[f.id] = f
	if u == w.self {
		w.fileEvent("file_created", f, nil)
	}
	if c.kind == public {
		f.public = true
		w.fileEvent("file_public", f, nil)
	}
	w.shareFile(f, c)
	w.post(c, &message{user: u, bot: w.botByID[u.botID], text: escape(text), file: f}, nil)
	return f.id, nil
}

// ShareFile shows a file in one more conversation, without a message. Errors as
// for Post, and file_not_found.
func (w *Workspace) ShareFile(user, channel, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, _, err := w.talker(user, channel)
	f := w.files[id]
	if err == nil && f == nil {
		err = errFile
	}
	if err != nil {
		return fmt.Errorf("share file %q in %s: %w", id, channel, err)
	}
	w.shareFile(f, c)
	return nil
}

func (w *Workspace) shareFile(f *file, c *conv) {
	if !slices.Contains(f.in, c) {
		f.in = append(f.in, c)
	}
	w.fileEvent("file_shared", f, object{"channel_id": c.id})
}

// RenameFile gives a file another name, of which the event says no more than that
// the file changed. Errors: file_not_found.
func (w *Workspace) RenameFile(id, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.files[id]
	if f == nil {
		return fmt.Errorf("rename file %q: %w", id, errFile)
	}
	f.name = name
	w.fileEvent("file_change", f, nil)
	return nil
}

// DeleteFile deletes a user's own file. Messages that bring it say from then on
// that it is gone. Errors: file_not_found, cant_delete_file.
func (w *Workspace) DeleteFile(user, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.files[id]
	var err error
	switch {
	case f == nil:
		err = errFile
	case f.owner.id != user:
		err = Error("cant_delete_file")
	}
	if err != nil {
		return fmt.Errorf("delete file %q: %w", id, err)
	}
	delete(w.files, id)
	channels := []string{}
	for _, c := range f.in {
		channels = append(channels, c.id)
	}
	if w.seesFile(f) {
		w.emitTimed("file_deleted", object{"file_id": f.id, "channel_ids": channels})
	}
	return nil
}

// seesFile reports whether self is told of a file.
func (w *Workspace) seesFile(f *file) bool {
	return f.owner == w.self || slices.ContainsFunc(f.in, func(c *conv) bool { return c.has(w.self) })
}

func (w *Workspace) fileEvent(kind string, f *file, fields object) {
	if !w.seesFile(f) && !f.public {
		return
	}
	if fields == nil {
		fields = object{}
	}
	fields["file_id"], fields["file"], fields["user_id"] = f.id, object{"id": f.id}, f.owner.id
	w.emitTimed(kind, fields)
}

// fileJSON is a file as messages and files.info show it.
func (w *Workspace) fileJSON(f *file) object {
	if w.files[f.id] == nil {
		return object{"id": f.id, "mode": "tombstone"}
	}
	shares := map[kind][]string{}
	for _, c := range f.in {
		shares[c.kind] = append(shares[c.kind], c.id)
	}
	return object{
		"id": f.id, "created": f.at.seconds(), "timestamp": f.at.seconds(), "name": f.name, "title": f.name,
		"mimetype": "text/plain", "filetype": "text", "pretty_type": "Plain Text", "mode": "hosted",
		"user": f.owner.id, "user_team": w.teamOf(f.owner), "size": len(f.name), "is_external": false, "is_public": f.public,
		"permalink":   fmt.Sprintf("https://%s.slack.com/files/%s/%s/%s", w.team.domain, f.owner.id, f.id, strings.ToLower(f.name)),
		"url_private": fmt.Sprintf("https://files.slack.com/files-pri/%s-%s/%s", w.team.id, f.id, strings.ToLower(f.name)),
		"channels":    noNil(shares[public]), "groups": noNil(append(shares[private], shares[mpim]...)), "ims": noNil(shares[im]),
	}
}

func noNil(ids []string) []string { return append([]string{}, ids...) }

// filesInfo answers about a file that self can see.
func filesInfo(s *Server, c call) (object, error) {
	f := s.files[c.args.Get("file")]
	if f == nil || !f.public && !s.seesFile(f) {
		return nil, errFile
	}
	return object{"file": s.fileJSON(f), "comments": []object{}, "response_metadata": object{"next_cursor": ""}}, nil
}
