package reducer

import (
	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/snapshot"
)

// pinAdded and pinRemoved are the events of those names. Clock: event_ts for
// each pin, and for how many the conversation has.
func pinAdded(st *step) {
	if pair, key, newest, ok := st.pin(); ok {
		st.Put(snapshot.KindPin, pair, st.pinRecord(key, st.ev.get("item")))
		st.showPin(pair)
		if newest {
			st.assign(conv, key, snapshot.ConvHasPins.Bool(true), st.pinCount())
		}
	}
}

func pinRemoved(st *step) {
	pair, key, newest, ok := st.pin()
	if !ok {
		return
	}
	st.Delete(snapshot.KindPin, pair)
	st.showPin(pair)
	if !newest {
		return
	}
	st.assign(conv, key, st.pinCount())
	more, known := st.ev.get("has_pins").Bool()
	if !known {
		return
	}
	st.assign(conv, key, snapshot.ConvHasPins.Bool(more))
	if !more {
		for other := range st.Base().Tied(snapshot.PinsIn, key) {
			st.Delete(snapshot.KindPin, other)
			st.showPin(other)
		}
	}
}

// pinCount sets the number of a conversation's pins to what the event says of it.
func (st *step) pinCount() snapshot.Assignment {
	if n, ok := st.ev.get(snapshot.ConvPinCount.Name()).Int(); ok {
		return snapshot.ConvPinCount.Int(n)
	}
	return snapshot.ConvPinCount.Unknown()
}

// unpin removes a pin that went with what was pinned. How many are left is not
// known then, and if no other is known, neither is whether there are any.
func (st *step) unpin(pair string) {
	if st.Get(snapshot.KindPin, pair) == "" {
		return
	}
	st.Delete(snapshot.KindPin, pair)
	key, _ := snapshot.Unpair(pair)
	st.update(conv, key, snapshot.ConvPinCount.Unknown())
	for other := range st.Base().Tied(snapshot.PinsIn, key) {
		if st.Get(snapshot.KindPin, other) != "" {
			return
		}
	}
	st.update(conv, key, snapshot.ConvHasPins.Unknown())
}

// pin returns the key of the pin an event is about and its conversation, and
// whether the event may touch the pin; newest says that no event about the
// conversation's pins is newer.
func (st *step) pin() (pair, key string, newest, ok bool) {
	key = st.ev.id("channel_id")
	item := st.ev.get("item")
	if key == "" {
		key = id(item, "channel")
	}
	key, ok = st.known(key)
	if !ok {
		return "", "", false, false
	}
	name := itemKey(item)
	if name == "" {
		st.lack("names no item")
		return "", "", false, false
	}
	pair = snapshot.Pair(key, name)
	newest = st.newer(facetPins, key, st.ev.Time)
	return pair, key, newest, st.newer(facetPin, pair, st.ev.Time)
}

// pinRecord encodes a pin of a conversation, which may have had another id when
// the item was written.
func (st *step) pinRecord(key string, item rawjson.Value) snapshot.Record {
	r := st.record(snapshot.KindPin, item)
	if !r.Has(snapshot.PinChannel) {
		return r
	}
	return st.With(snapshot.KindPin.Schema(), r, snapshot.PinChannel.Str(key))
}

// itemKey names a pinned or starred thing within its conversation.
func itemKey(item rawjson.Value) string {
	if ts := id(item.Get("message"), "ts"); ts != "" {
		return "m:" + ts
	}
	if c := id(item.Get("comment"), "id"); c != "" { // comes with the file it is on
		return "c:" + c
	}
	if f := id(item.Get("file"), "id"); f != "" {
		return "f:" + f
	}
	return ""
}

// starAdded and starRemoved are the events of those names, of which only self's
// are kept. Clock: event_ts for each star.
func starAdded(st *step) {
	if key, r, ok := st.starEvent(); ok {
		st.Put(snapshot.KindStar, key, r)
		st.flagStarred(key, true)
	}
}

func starRemoved(st *step) {
	if key, _, ok := st.starEvent(); ok {
		st.Delete(snapshot.KindStar, key)
		st.flagStarred(key, false)
	}
}

// flagStarred marks a conversation that is starred itself, or a message that is.
func (st *step) flagStarred(star string, on bool) {
	what, key := snapshot.Unpair(star)
	if what == "channel" {
		st.update(conv, key, snapshot.ConvIsStarred.Bool(on))
	} else if m := st.itemMessage(key, what); m != "" {
		st.set(key, m, snapshot.MessageIsStarred.Bool(on))
	}
}

func (st *step) starEvent() (key string, r snapshot.Record, ok bool) {
	if st.self == "" || st.ev.id("user") != string(st.self) {
		st.skip("is not self's")
		return "", "", false
	}
	key, r = st.star(st.ev.get("item"))
	if key == "" {
		st.lack("names no item")
		return "", "", false
	}
	return key, r, st.newer(facetStar, key, st.ev.Time)
}

// star returns the key of a star and its record, under the present id of its
// conversation. The key is what is starred and, where it is in one, the
// conversation; it is "" if nothing is.
func (st *step) star(item rawjson.Value) (key string, r snapshot.Record) {
	r = st.record(snapshot.KindStar, item)
	in := ""
	for _, f := range conversationFields[snapshot.KindStar] {
		if c := validID(r.Str(f)); c != "" && in == "" {
			in = string(st.resolve(c))
			r = st.With(snapshot.KindStar.Schema(), r, f.Str(in))
		}
	}
	name := itemKey(item)
	switch {
	case name != "":
		return snapshot.Pair(name, in), r
	case in != "":
		return snapshot.Pair("channel", in), r
	}
	return "", ""
}
