package slackstate

// PublishNow copies what is on disk for readers, as Options.Publish does every so
// often: just what a process leaves behind that is killed at that moment.
func (s *State) PublishNow() error { return s.db.Publish() }
