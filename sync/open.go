package sync

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/slackstate/slackstate/api"
)

// An opening is the answer that gave a socket.
type opening struct {
	answer
	call call
}

// open asks for a socket. The error is a [*api.CallError] or that of ctx.
func (r *runner) open(ctx context.Context) (opening, error) {
	if r.cfg.Bootstrap == Start && !r.connectOnly {
		o, err := r.ask(ctx, methodStart, r.cfg.Args.start())
		var failed *api.CallError
		switch {
		case err == nil && o.whole:
			return o, nil
		case err == nil:
			// Since 2022 Slack answers as rtm.connect would, so it goes up as that:
			// under its own name it would pass for a workspace without users. The
			// socket it gives is as good.
			r.log.Info("rtm.start answers as rtm.connect does, and is asked no more")
			r.connectOnly = true
			o.call.method, o.call.args = methodConnect, r.cfg.Args.connect()
			return o, nil
		case !errors.As(err, &failed) || judge(failed) != other:
			return opening{}, err
		}
		r.log.Info("rtm.connect takes the place of rtm.start", "error", failed.Code)
		r.connectOnly = true
	}
	return r.ask(ctx, methodConnect, r.cfg.Args.connect())
}

// ask calls one of the two methods that give a socket.
func (r *runner) ask(ctx context.Context, method string, args map[string]string) (opening, error) {
	a, err := r.web.call(ctx, awaited, method, args, "")
	if err != nil {
		return opening{}, err
	}
	if a.url == "" || a.team == "" || a.user == "" {
		return opening{}, &api.CallError{Method: method, Code: codeBadAnswer, Detail: "url, team or self is not in it"}
	}
	return opening{a, call{r.callID(), method, args}}, nil
}

// identify hands the identity up.
func (r *runner) identify(o opening) error {
	if r.cfg.Identify == nil {
		return nil
	}
	if err := r.cfg.Identify(o.team, o.user); err != nil {
		return final{error: fmt.Errorf("identify: %w", err)}
	}
	return nil
}

// start returns the arguments of rtm.start.
func (a Args) start() map[string]string {
	args := a.connect()
	args["include_locale"] = strconv.FormatBool(a.IncludeLocale)
	args["mpim_aware"] = strconv.FormatBool(a.MPIMAware)
	args["no_latest"] = "0" // the one argument that is documented as a number
	if a.NoLatest {
		args["no_latest"] = "1"
	}
	args["no_unreads"] = strconv.FormatBool(a.NoUnreads)
	args["simple_latest"] = strconv.FormatBool(a.SimpleLatest)
	return args
}

// connect returns the arguments of rtm.connect.
func (a Args) connect() map[string]string {
	return map[string]string{
		"batch_presence_aware": strconv.FormatBool(a.BatchPresenceAware),
		"presence_sub":         strconv.FormatBool(a.PresenceSub),
	}
}
