package slacktest

import "slices"

// paged are the methods that answer in pages.
var paged = []string{"users.list", "conversations.list", "users.conversations", "conversations.members"}

// Warn adds a warning to the next n answers of a method, which is carried out.
func (f *Faults) Warn(method string, n int, warning string) {
	f.plan(method, callFault{name: faultWarning, left: n, warn: warning})
}

// ExpireURLs lets the next n socket URLs have expired by the time they are
// opened.
func (f *Faults) ExpireURLs(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale += n
}

// expired says whether a URL is one of them.
func (f *Faults) expired() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stale == 0 {
		return false
	}
	f.stale--
	f.fired[faultURL]++
	return true
}

// EmptyPages leaves nothing on the next n pages of lists but the cursor to go on
// with, as when all rows on a page were filtered out.
func (f *Faults) EmptyPages(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.blank += n
}

// empties says whether the page that a method is about to answer is one of them.
func (f *Faults) empties(method string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.blank == 0 || !slices.Contains(paged, method) {
		return false
	}
	f.blank--
	f.fired[faultEmpty]++
	return true
}
