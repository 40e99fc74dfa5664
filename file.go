package slackstate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

// openFile opens and loads the file as the options say.
func (s *State) openFile() (*snapshot.Snapshot, error) {
	tried, _ := os.Stat(s.path)
	loaded, err := s.loadFile()
	if s.opts.RecoverCorrupt && !s.opts.ReadOnly && errors.As(err, new(*api.CorruptError)) {
		aside, err2 := setAside(s.path, tried, time.Now())
		if err2 != nil {
			return nil, errors.Join(err, err2)
		}
		if aside != "" {
			s.log.Warn("the file is corrupt, and has been set aside", "error", err, "aside", aside)
		}
		s.recovered = aside
		loaded, err = s.loadFile()
	}
	if err != nil {
		return nil, err
	}
	if s.opts.ReadOnly {
		return loaded, nil
	}
	s.flusher = newFlusher(s.db, s.feed, s.opts.Metrics.Flush)
	if s.opts.Publish > 0 {
		s.publisher = newPublisher(s.db, s.opts.Publish, s.log)
	}
	return loaded, nil
}

func (s *State) loadFile() (*snapshot.Snapshot, error) {
	if s.opts.ReadOnly {
		s.follower = newFollower(s)
		return s.follower.open()
	}
	db, err := persist.Open(s.path, persist.Options{Retention: persist.Retention(s.opts.Journal)})
	if err != nil {
		return nil, err
	}
	loaded, err := db.LoadEarly(s.early())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.db = db
	for _, id := range db.EventIDs() {
		s.delivered.add(id)
	}
	return loaded, nil
}

// setAside gives a file another name, which no file has yet, and returns that. It
// returns "" if the file at path is another one by now: somebody else did it.
func setAside(path string, file fs.FileInfo, now time.Time) (string, error) {
	if there, err := os.Stat(path); err != nil || !os.SameFile(there, file) {
		return "", err
	}
	base := path + ".corrupt-" + now.UTC().Format("20060102T150405Z")
	aside := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return "", err
		}
		aside = fmt.Sprint(base, "-", n)
	}
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	return aside, nil
}
