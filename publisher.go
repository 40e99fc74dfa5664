package slackstate

import (
	"log/slog"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
)

// A publisher copies the file for readers in other processes, every so often.
type publisher struct {
	db    *persist.DB
	every time.Duration
	log   *slog.Logger

	stop chan struct{}
	done chan struct{}
}

func newPublisher(db *persist.DB, every time.Duration, log *slog.Logger) *publisher {
	return &publisher{db, every, log, make(chan struct{}), make(chan struct{})}
}

// run copies at once and then at intervals, if there is something new, until
// close.
func (p *publisher) run() {
	defer close(p.done)
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	last, published := api.Seq(0), false
	for {
		if now := p.db.Durable(); now > last || !published {
			if err := p.db.Publish(); err != nil {
				p.log.Warn("the file could not be copied for readers", "error", err)
			} else {
				last, published = now, true
			}
		}
		select {
		case <-tick.C:
		case <-p.stop:
			return
		}
	}
}

// close ends run, and waits for a copy under way.
func (p *publisher) close() {
	close(p.stop)
	<-p.done
}
