package reducer

import "github.com/slackstate/slackstate/snapshot"

// callStarted is local.call: a listing begins, or goes on where an earlier call
// was cut off. What events change from now on is newer than its pages. The
// call's start is when the event was made. Clock: none needed.
func callStarted(st *step) {
	key := st.ev.id("call")
	if key == "" {
		st.lack("names no call")
		return
	}
	k, method := snapshot.KindCall, st.ev.str("method")
	as := []snapshot.Assignment{snapshot.CallMethod.Str(method), snapshot.CallStart.Int(st.ev.At)}
	for was, r := range st.Base().All(k) {
		if !r.Is(snapshot.CallBroken) || r.Str(snapshot.CallMethod) != method {
			continue
		}
		if was == st.ev.id("resumes") {
			since, resumed := r.Int(snapshot.CallSince)
			if !resumed {
				since, _ = r.Int(snapshot.CallStart)
			}
			next := r.Str(snapshot.CallNext)
			as = append(as, snapshot.CallSince.Int(since), snapshot.CallNext.Str(next))
			if r.Is(snapshot.CallOverruled) {
				as = append(as, snapshot.CallOverruled.Bool(true))
			}
		}
		st.Delete(k, was) // nobody goes on from it any more
	}
	st.Put(k, key, st.With(k.Schema(), "", as...))
}

// hello begins a new connection. What was listed before its socket was asked
// for may have changed unseen. Presence subscriptions ended with the last
// connection. Clock: arrival.
func hello(st *step) {
	known := st.Get(link, "")
	asked, ok := known.Int(snapshot.LinkAskedAt)
	if since, _ := known.Int(snapshot.LinkSince); !ok && since == st.ev.At && known.Is(snapshot.LinkUp) {
		st.skip("is said already")
		return
	}
	if !ok {
		asked = st.ev.At
		st.forgetPresence()
	}
	st.lost(asked)
	lost, _ := st.Get(link, "").Int(snapshot.LinkLostAt)
	st.endGap(lost)
	st.assign(link, "", snapshot.LinkUp.Bool(true), snapshot.LinkSince.Int(st.ev.At), snapshot.LinkAskedAt.Unknown())
}

const link = snapshot.KindLink

// lost notes that events before a time may have been missed, so that what was
// listed earlier reads as stale.
func (st *step) lost(at int64) {
	if last, ok := st.Get(link, "").Int(snapshot.LinkLostAt); !ok || last < at {
		st.assign(link, "", snapshot.LinkLostAt.Int(at))
	}
}

func (st *step) forgetPresence() {
	for u := range st.Base().All(snapshot.KindPresence) {
		st.Delete(snapshot.KindPresence, u)
	}
}

// connectionLost is local.offline: nobody tells of changes any more, nor has
// since the time it names. Listings that were under way are over; where one
// that is not known whole yet can go on, is kept. Clock: arrival.
func connectionLost(st *step) {
	since, ok := st.ev.get("since").Int()
	if !ok {
		since = st.ev.At
	}
	st.openGap(since, 0, st.ev.str("why"))
	st.lost(st.ev.At + 1) // so that a listing of this very millisecond is stale too
	st.assign(link, "", snapshot.LinkUp.Bool(false), snapshot.LinkAskedAt.Unknown())
	st.forgetPresence()
	for call, r := range st.Base().All(snapshot.KindCall) {
		if r.Has(snapshot.CallNext) {
			st.assign(snapshot.KindCall, call, snapshot.CallBroken.Bool(true))
		} else {
			st.Delete(snapshot.KindCall, call)
		}
	}
}

// bootstrapEnded is local.ready: all that was planned is loaded. Clock: none
// needed.
func bootstrapEnded(st *step) {
	st.assign(link, "", snapshot.LinkReady.Bool(true))
	st.repair()
}

// expire is local.expire: clocks and tombstones from before a time, in
// milliseconds, are no longer needed, because no event comes that late. Messages
// go that are older, by now, than the configuration has them kept. Clock: none
// needed.
func expire(st *step) {
	before, ok := st.ev.get("before").Int()
	if !ok {
		st.lack("has no time")
		return
	}
	for key, r := range st.Base().All(snapshot.KindClock) {
		if at, _ := r.Int(snapshot.ClockArrival); at < before {
			st.Delete(snapshot.KindClock, key)
		}
	}
	for key, r := range st.Base().All(snapshot.KindTombstone) {
		if at, _ := r.Int(snapshot.TombstoneAt); at < before {
			st.Delete(snapshot.KindTombstone, key)
		}
	}
	for key, r := range st.Base().All(gap) {
		until, ended := r.Int(snapshot.GapUntil)
		if ended && until < before && !r.Has(snapshot.GapOpen) && !r.Has(snapshot.GapOnes) {
			st.Delete(gap, key)
		}
	}
	st.cutTimelines()
}
