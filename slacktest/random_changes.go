package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What happens to channels, accounts and the workspace.

func (l life) doJoin() (string, error) {
	user := l.someone()
	channel, _, err := l.aPublic(open)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s joins %s", user, channel), l.Join(user, channel)
}

func (l life) doLeave() (string, error) {
	channel, user, err := l.aPublic(open)
	if err != nil || user == "" {
		return "", errNothing
	}
	return fmt.Sprintf("%s leaves %s", user, channel), l.Leave(user, channel)
}

func (l life) doInvite() (string, error) {
	channel, by, err := l.somewhere(changeable)
	if err != nil {
		return "", err
	}
	user := l.someone()
	return fmt.Sprintf("%s invites %s to %s", by, user, channel), l.Invite(by, channel, user)
}

func (l life) doCreate() (string, error) {
	spec := ChannelSpec{Name: l.word(), Creator: l.someone(), Private: l.rng.IntN(3) == 0}
	for range l.rng.IntN(3) {
		spec.Members = append(spec.Members, l.someone())
	}
	if spec.Private || l.rng.IntN(2) == 0 { // an unseen private channel would be no event at all
		spec.Members = append(spec.Members, l.self.id)
	}
	id, err := l.CreateChannel(spec)
	return fmt.Sprintf("%s creates %s (%s, private %t)", spec.Creator, id, spec.Name, spec.Private), err
}

func (l life) doRename() (string, error) {
	channel, _, err := l.aPublic(open)
	if l.rng.IntN(3) == 0 {
		channel, _, err = l.somewhere(changeable)
	}
	if err != nil {
		return "", err
	}
	name := l.word()
	return fmt.Sprintf("%s is renamed %s", channel, name), l.RenameChannel("", channel, name)
}

func (l life) doArchive() (string, error) {
	channel, _, err := l.aPublic(open)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is archived", channel), l.ArchiveChannel("", channel)
}

func (l life) doUnarchive() (string, error) {
	channel, _, err := l.aPublic(func(c *conv) bool { return c.archived })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is unarchived", channel), l.UnarchiveChannel("", channel)
}

func (l life) doDeleteChannel() (string, error) {
	channel, _, err := l.aPublic(open)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is deleted", channel), l.DeleteChannel("", channel)
}

func (l life) doConvert() (string, error) {
	channel, by, err := l.somewhere(changeable)
	if err != nil {
		return "", err
	}
	if err := l.ConvertToPublic(by, channel); err == nil {
		return channel + " becomes public", nil
	}
	return channel + " becomes private", l.ConvertToPrivate(by, channel)
}

// doSelf lets self come or go.
func (l life) doSelf() (string, error) {
	channel, _, err := l.aPublic(open)
	if l.rng.IntN(5) == 0 {
		channel, _, err = l.somewhere(func(c *conv) bool { return c.kind == private })
	}
	if err != nil {
		return "", err
	}
	if err := l.Leave(l.self.id, channel); err == nil {
		return "self leaves " + channel, nil
	}
	return "self joins " + channel, l.Join(l.self.id, channel)
}

func (l life) doOpenIM() (string, error) {
	id, err := l.OpenIM(l.someone())
	return "self opens " + id, err
}

func (l life) doCloseIM() (string, error) {
	channel, _, err := l.somewhere(func(c *conv) bool { return c.open })
	if err != nil {
		return "", err
	}
	return "self closes " + channel, l.CloseIM(channel)
}

func (l life) doOpenMPIM() (string, error) {
	by := l.someone()
	id, err := l.OpenMPIM(by, l.self.id, l.someone(), l.someone())
	return fmt.Sprintf("%s opens %s with self", by, id), err
}

func (l life) doAddUser() (string, error) {
	id, err := l.AddUser(pick(l.rng, firstNames) + " " + pick(l.rng, lastNames))
	return id + " joins the workspace", err
}

func (l life) doDeactivate() (string, error) {
	user := l.someone()
	return user + " is deactivated", l.DeactivateUser(user)
}

func (l life) doSubteam() (string, error) {
	l.mu.Lock()
	id, on := "", false
	if len(l.subteams) > 0 {
		s := pick(l.rng, l.subteams)
		id, on = s.id, s.disabled == 0
	}
	l.mu.Unlock()
	name := l.word()
	switch l.rng.IntN(5) {
	case 0:
		id, err := l.CreateSubteam(name, name, l.someone(), l.someone())
		return "user group " + id + " is created", err
	case 1:
		return "user group " + id + " is renamed " + name, l.UpdateSubteam(id, name, name, "Now "+name)
	case 2:
		return fmt.Sprintf("user group %s is enabled: %t", id, !on), l.EnableSubteam(id, !on)
	case 3:
		return "user group " + id + " gets self", l.SetSubteamUsers(id, l.self.id, l.someone(), l.someone())
	default:
		return "user group " + id + " gets others", l.SetSubteamUsers(id, l.someone(), l.someone(), l.someone())
	}
}

func (l life) doDND() (string, error) {
	if l.rng.IntN(3) == 0 {
		return "self snoozes", l.Snooze(time.Duration(10+l.rng.IntN(50)) * time.Minute)
	}
	user := l.someone()
	start := time.Unix(epoch.Unix()+l.rng.Int64N(day), 0)
	return user + " wants no disturbance", l.SetDND(user, start, start.Add(10*time.Hour))
}

func (l life) doEmoji() (string, error) {
	l.mu.Lock()
	var names []string
	for name, value := range l.emoji {
		// Slack does not say what a rename does to aliases, so those with any stay.
		if !strings.HasPrefix(value, "alias:") && !l.aliased(name) {
			names = append(names, name)
		}
	}
	l.mu.Unlock()
	slices.Sort(names)
	switch name := l.word(); {
	case l.rng.IntN(2) == 0 || len(names) == 0:
		return "emoji " + name + " is added", l.AddEmoji(name, "")
	case l.rng.IntN(3) == 0:
		old := pick(l.rng, names)
		return fmt.Sprintf("emoji %s is renamed %s", old, name), l.RenameEmoji(old, name)
	case l.rng.IntN(2) == 0:
		of := pick(l.rng, names)
		return fmt.Sprintf("emoji %s is an alias of %s", name, of), l.AddEmoji(name, "alias:"+of)
	default:
		old := pick(l.rng, names)
		return "emoji " + old + " is removed", l.RemoveEmoji(old)
	}
}

func (l life) doPref() (string, error) {
	if l.rng.IntN(3) == 0 {
		return "team preference who_can_at_channel changes", l.SetTeamPref("who_can_at_channel", pick(l.rng, []string{"ra", "regular", "admin"}))
	}
	channel, _, err := l.anywhere()
	if err != nil {
		return "", err
	}
	return "self mutes " + channel, l.SetPref("muted_channels", channel)
}

func (l life) doTeam() (string, error) {
	name := pick(l.rng, channelTopics) + fmt.Sprint(l.rng.IntN(1000))
	switch l.rng.IntN(3) {
	case 0:
		return "the team is called " + name, l.RenameTeam(name)
	case 1:
		return "the domain is " + name, l.ChangeDomain(name)
	default:
		l.ChangeEmailDomain(name + ".example")
		return "the e-mail domain is " + name + ".example", nil
	}
}

func (l life) doBot() (string, error) {
	name := l.word()
	if l.rng.IntN(2) == 0 {
		id, _, err := l.AddBot(name)
		return "bot " + id + " is added", err
	}
	l.mu.Lock()
	id := pick(l.rng, l.bots).id
	l.mu.Unlock()
	return "bot " + id + " is renamed " + name, l.ChangeBot(id, name, l.rng.IntN(10) == 0)
}
