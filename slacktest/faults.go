package slacktest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Faults makes a server misbehave, on demand or at a low random rate, and counts
// how often it did.
//
//  1. A fault on demand hits exactly the next calls or frames it was asked for.
//  2. Faults change what is answered or delivered, never the truth.
//  3. Every fault that happened is in Fired under its name.
type Faults struct {
	mu       sync.Mutex
	rng      *rand.Rand
	planned  map[string][]callFault // by method, "" is any
	withhold int
	double   int
	tear     int
	lose     int
	echo     int
	late     int
	stale    int
	blank    int
	random   map[string]bool
	fired    map[string]int
	cursors  int // generation of cursors that is still good
	lag      time.Duration
	behind   time.Duration
	cutAfter int // frames until a random outage ends in a cut
}

// callFault is what is to happen to calls of a method.
type callFault struct {
	name   string
	left   int // calls; negative is for good
	code   Error
	status int
	retry  time.Duration
	delay  time.Duration
	warn   string
}

const (
	faultRateLimit   = "ratelimit"
	faultServerError = "servererror"
	faultCode        = "error"
	faultDelay       = "delay"
	faultDisconnect  = "disconnect"
	faultGoodbye     = "goodbye"
	faultDuplicate   = "duplicate"
	faultWithhold    = "withhold"
	faultCursors     = "cursors"
	faultLag         = "lag"
	faultBehind      = "behind"
	faultSlowClient  = "slowclient"
	faultTear        = "tear"
	faultHalfOpen    = "halfopen"
	faultLostReply   = "lostreply"
	faultReorder     = "reorder"
	faultRepeat      = "repeat"
	faultURL         = "expiredurl"
	faultEmpty       = "emptypage"
	faultScope       = "scope"
	faultWarning     = "warning"
)

// How often a random fault strikes: one call or frame in so many.
const (
	callOdds  = 12
	frameOdds = 100
	twinOdds  = 15
	// outage is how many frames a random "withhold" swallows before it cuts the
	// sockets. Without the cut no client could know that it missed something.
	outage = 3
)

// FaultNames lists the faults Enable knows: ratelimit (HTTP 429 with a
// Retry-After of a second), servererror (HTTP 500, no JSON), disconnect (all
// sockets cut), duplicate (a frame sent twice), withhold (a few frames lost, then
// all sockets cut), tear (all sockets cut in the middle of a frame), halfopen (all
// sockets fall silent), lostreply (a socket cut before the reply to a message,
// which comes on the next).
func FaultNames() []string {
	return []string{faultRateLimit, faultServerError, faultDisconnect, faultDuplicate, faultWithhold, faultTear, faultHalfOpen, faultLostReply}
}

func newFaults(seed uint64) *Faults {
	return &Faults{
		rng: rand.New(rand.NewPCG(seed, 0xfa017)), planned: map[string][]callFault{},
		random: map[string]bool{}, fired: map[string]int{},
	}
}

// Enable lets a named fault strike at random from now on. It returns an error
// for a name that FaultNames does not list.
func (f *Faults) Enable(name string) error {
	if !slices.Contains(FaultNames(), name) {
		return fmt.Errorf("fault %q: not one of %q", name, FaultNames())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.random[name] = true
	return nil
}

// Clear stops all faults, random and planned. The counts stay.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.random)
	clear(f.planned)
	f.withhold, f.double, f.cutAfter, f.tear, f.lose = 0, 0, 0, 0, 0
	f.late, f.stale, f.blank, f.echo = 0, 0, 0, 0
	f.lag, f.behind = 0, 0
}

// Fired returns how often each fault has happened so far. Besides FaultNames:
// error, scope (the error missing_scope), warning, delay, goodbye, cursors, lag,
// behind, reorder, repeat, expiredurl, emptypage, and slowclient (a queue ran full).
func (f *Faults) Fired() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.fired)
}

// Fail answers the next n calls of a method with ok:false and a code. The method
// "" is any; a negative n lasts until Clear.
func (f *Faults) Fail(method string, n int, code string) {
	name := faultCode
	if code == "missing_scope" {
		name = faultScope
	}
	f.plan(method, callFault{name: name, left: n, code: Error(code)})
}

// FailHTTP answers the next n calls of a method with an HTTP status and a body
// that is not JSON.
func (f *Faults) FailHTTP(method string, n, status int) {
	f.plan(method, callFault{name: faultServerError, left: n, status: status})
}

// RateLimit answers the next n calls of a method with HTTP 429 and a Retry-After
// in whole seconds, rounded up.
func (f *Faults) RateLimit(method string, n int, retryAfter time.Duration) {
	f.plan(method, callFault{name: faultRateLimit, left: n, status: http.StatusTooManyRequests, retry: retryAfter})
}

// Delay lets the next n calls of a method wait before they are answered. It
// combines with the other faults of the method.
func (f *Faults) Delay(method string, n int, d time.Duration) {
	f.plan(method, callFault{name: faultDelay, left: n, delay: d})
}

// Withhold loses the next n event frames on every socket: the truth moves, nobody
// is told.
func (f *Faults) Withhold(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.withhold += n
}

// Duplicate sends the next n event frames twice.
func (f *Faults) Duplicate(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.double += n
}

// Tear ends every socket in the middle of each of the next n event frames.
func (f *Faults) Tear(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tear += n
}

// LoseReply cuts the socket over which each of the next n messages comes, after
// the message is posted and before the reply, which comes on the next socket.
func (f *Faults) LoseReply(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose += n
}

// reply says whether a reply is to be lost.
func (f *Faults) reply() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lose > 0 {
		f.lose--
		f.fired[faultLostReply]++
		return true
	}
	return f.strikes(faultLostReply, callOdds)
}

// ExpireCursors makes every cursor given out so far invalid.
func (f *Faults) ExpireCursors() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cursors++
	f.fired[faultCursors]++
}

func (f *Faults) plan(method string, fault callFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.planned[method] = append(f.planned[method], fault)
}

// call says what is to happen to a call: at most one delay, one warning and one
// failure.
func (f *Faults) call(method string) (delay time.Duration, warning string, failure *callFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range []string{method, ""} {
		for i := range f.planned[key] {
			fault := &f.planned[key][i]
			switch {
			case fault.left == 0:
			case fault.name == faultDelay && delay == 0:
				delay = fault.delay
				f.use(fault)
			case fault.name == faultDelay:
			case fault.name == faultWarning && warning == "":
				warning = fault.warn
				f.use(fault)
			case fault.name != faultWarning && failure == nil:
				taken := *fault
				failure = &taken
				f.use(fault)
			}
		}
	}
	switch {
	case failure != nil:
	case f.strikes(faultRateLimit, callOdds):
		failure = &callFault{status: http.StatusTooManyRequests, retry: time.Second}
	case f.strikes(faultServerError, callOdds):
		failure = &callFault{status: http.StatusInternalServerError}
	}
	return delay, warning, failure
}

func (f *Faults) use(fault *callFault) {
	if fault.left > 0 {
		fault.left--
	}
	f.fired[fault.name]++
}

// strikes rolls the dice for a random fault.
func (f *Faults) strikes(name string, odds int) bool {
	if !f.random[name] || f.rng.IntN(odds) != 0 {
		return false
	}
	f.fired[name]++
	return true
}

// fate is what is to happen to an event frame.
type fate struct {
	copies  int
	torn    bool
	silence bool // before it
	late    bool // it comes after the next, if that is about something else
	cut     bool // after it
}

func (f *Faults) frame() fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cutAfter > 0 {
		f.cutAfter--
		return fate{cut: f.cutAfter == 0}
	}
	if f.withhold > 0 {
		f.withhold--
		f.fired[faultWithhold]++
		return fate{}
	}
	if f.strikes(faultWithhold, frameOdds) {
		f.cutAfter = outage - 1
		return fate{}
	}
	if f.tear > 0 {
		f.tear--
		f.fired[faultTear]++
		return fate{copies: 1, torn: true}
	}
	if f.strikes(faultTear, frameOdds) {
		return fate{copies: 1, torn: true}
	}
	if f.strikes(faultHalfOpen, frameOdds) {
		return fate{silence: true}
	}
	frame := fate{copies: 1}
	if f.late > 0 {
		f.late--
		frame.late = true
		return frame
	}
	if f.double > 0 {
		f.double--
		f.fired[faultDuplicate]++
		frame.copies = 2
	} else if f.strikes(faultDuplicate, twinOdds) {
		frame.copies = 2
	}
	frame.cut = f.strikes(faultDisconnect, frameOdds)
	return frame
}

func (f *Faults) count(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fired[name]++
}

func (f *Faults) cursorGeneration() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cursors
}
