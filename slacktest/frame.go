package slacktest

// frame is one event on its way to those who may see it.
type frame struct {
	kind string // the type
	body []byte
	// channelType is what the Events API adds to messages.
	channelType string
	// presence frames go only to subscribers, in the form each of them asked for.
	presence *presenceFrame
	// origin is the socket that caused the frame and has its answer already.
	origin any
}

type presenceFrame struct{ user, presence string }

// emit sends an event; fields need not name its type.
func (w *Workspace) emit(kind string, fields object) {
	fields["type"] = kind
	w.send(frame{kind: kind, body: marshal(fields)})
}

// emitTimed is emit for the events that carry an event_ts.
func (w *Workspace) emitTimed(kind string, fields object) {
	fields["event_ts"] = w.clock.tick().String()
	w.emit(kind, fields)
}

// messageFrame is a message as a socket gets it.
type messageFrame struct {
	messageJSON
	Channel    string `json:"channel"`
	EventTS    string `json:"event_ts"`
	SourceTeam string `json:"source_team,omitempty"`
	UserTeam   string `json:"user_team,omitempty"`
	Suppress   *bool  `json:"suppress_notification,omitempty"`
}

// emitMessage sends a message to self if self is in the conversation.
func (w *Workspace) emitMessage(c *conv, m *message, origin any) {
	if !c.has(w.self) {
		return
	}
	j := messageFrame{messageJSON: w.messageJSON(c, m), Channel: c.id, EventTS: m.ts.String()}
	if j.Team != "" {
		j.SourceTeam, j.UserTeam, j.Suppress = j.Team, j.Team, ptr(false)
	}
	w.send(frame{kind: "message", body: marshal(j), channelType: c.family(), origin: origin})
}

// emitHidden sends one of the message subtypes that are about another message.
func (w *Workspace) emitHidden(c *conv, subtype string, fields object) {
	if !c.has(w.self) {
		return
	}
	at := w.clock.tick().String()
	fields["type"], fields["subtype"], fields["hidden"] = "message", subtype, true
	fields["channel"], fields["ts"], fields["event_ts"] = c.id, at, at
	w.send(frame{kind: "message", body: marshal(fields), channelType: c.family()})
}
