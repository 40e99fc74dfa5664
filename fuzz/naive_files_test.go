package fuzz

import (
	"maps"
	"slices"
)

// file is every event about a file but its deletion.
func (n *naive) fileEvent(typ, ts string, ev object) {
	id := text(ev, "file_id")
	if id == "" {
		id = text(part(ev, "file"), "id")
	}
	if id == "" {
		id = text(ev, "file")
	}
	known := n.file[id]
	if id == "" || n.noFile[id] || known == nil && !n.files {
		return
	}
	switch typ {
	case "file_created", "file_shared":
		n.meet(id, part(ev, "file"), typ, text(ev, "user_id"))
	}
	in := n.named(ev["channel_id"])
	shares := in != "" && !n.dead[in]
	switch typ {
	case "file_shared":
		if shares && n.take("share "+in+" "+id, ts) {
			n.share(id, in)
		}
	case "file_unshared":
		if shares && n.take("share "+in+" "+id, ts) {
			n.unshare(id, in)
		}
	case "file_public", "file_private":
		if known != nil && n.take("public "+id, ts) {
			known["is_public"] = typ == "file_public"
		}
	case "file_change":
		if o := asFile(part(ev, "file")); known != nil && len(o) > 0 && n.take("file "+id, ts) {
			merge(known, o)
		}
	}
}

func asFile(o object) object {
	o = plain(o)
	if f, ok := number(o["size"]); ok {
		o["size"] = f
	}
	if b, ok := truth(o["is_public"]); ok {
		o["is_public"] = b
	}
	return o
}

// meet fills in what is not known of a file.
func (n *naive) meet(id string, o object, typ, owner string) {
	f := asFile(o)
	if owner != "" && typ == "file_created" && !has(f, "user") {
		f["user"] = owner
	}
	maps.Copy(f, n.file[id])
	n.file[id] = f
}

func (n *naive) share(id, in string) {
	name := "channels"
	switch c := n.convs[in]; {
	case c["is_im"] == true:
		name = "ims"
	case c["is_private"] == true, c["is_mpim"] == true:
		name = "groups"
	}
	n.file[id][name] = with(list(n.file[id], name), in)
}

func (n *naive) unshare(id, in string) {
	for _, name := range []string{"channels", "groups", "ims"} {
		if l := list(n.file[id], name); slices.Contains(l, any(in)) {
			n.file[id][name] = less(l, in)
		}
	}
}

// told is the answer of files.info. Events that came since it was asked for, or
// shortly before, know better.
func (n *naive) told(id string, o object, began int64) {
	known, o := n.file[id], asFile(o)
	if known == nil {
		known = object{}
		n.file[id] = known
	}
	for _, name := range []string{"channels", "groups", "ims"} {
		if !has(o, name) {
			continue
		}
		for _, in := range slices.Concat(list(o, name), list(known, name)) {
			if in, _ := in.(string); n.touched("share "+in+" "+id, began) {
				o[name] = less(list(o, name), in)
				if slices.Contains(list(known, name), any(in)) {
					o[name] = with(list(o, name), in)
				}
			}
		}
	}
	for name, v := range o {
		if !n.touched("file "+id, began) && !(name == "is_public" && n.touched("public "+id, began)) || known[name] == nil {
			known[name] = v
		}
	}
}

// attached takes the files that come with a message.
func (n *naive) attached(id, ts string, m object) {
	if hidden, _ := truth(m["hidden"]); hidden || !n.files {
		return
	}
	for _, v := range list(m, "files") {
		o, _ := v.(object)
		f := text(o, "id")
		if f == "" || text(o, "mode") == "tombstone" || n.noFile[f] {
			continue
		}
		n.meet(f, o, "message", "")
		if n.take("share "+id+" "+f, ts) {
			n.share(f, id)
		}
	}
}

// buried makes messages say that a file is deleted, and forgets the file.
func (n *naive) buried(f string) {
	for id, line := range n.lines {
		for _, m := range line {
			var files []any
			found := false
			for _, v := range list(m, "files") {
				if o, _ := v.(object); text(o, "id") == f {
					v, found = object{"id": f, "mode": "tombstone"}, true
				}
				files = append(files, v)
			}
			if found {
				m = maps.Clone(m)
				m["files"] = files
				n.amend(id, m)
			}
		}
	}
	if n.file[f] != nil || n.files {
		delete(n.file, f)
		n.noFile[f] = true
	}
}
