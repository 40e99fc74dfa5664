package slacktest

import "math/rand/v2"

const (
	idDigits = 8
	idSpace  = 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36
	// idStep shares no factor with idSpace, so stepping visits every id once
	// and the ids of neighbours look unrelated, as Slack's do.
	idStep = 1_300_021_589_177
)

// idSource hands out ids that never repeat, whatever their prefix.
type idSource struct{ at uint64 }

func newIDSource(rng *rand.Rand) idSource { return idSource{at: rng.Uint64N(idSpace)} }

func (s *idSource) next(prefix string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	s.at = (s.at + idStep) % idSpace
	var buf [idDigits]byte
	for i, n := idDigits-1, s.at; i >= 0; i, n = i-1, n/36 {
		buf[i] = digits[n%36]
	}
	return prefix + "0" + string(buf[:])
}
