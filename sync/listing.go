package sync

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/slackstate/slackstate/api"
	"github.com/slackstate/slackstate/internal/rawjson"
)

// smallestLimit is where we stop asking for less at a time.
const smallestLimit = 10

// A listing is one collection to read, from its first cursor to its last.
type listing struct {
	method string
	args   map[string]string // without limit
	limit  int               // how many to ask for at a time; 0 when the method has no pages

	// ids returns the ids on a page. It returns false if the page lacks what
	// they would be in, which must not pass for an empty collection. Nil stands
	// for answers about one thing.
	ids func(page rawjson.Value) ([]string, bool)
}

// call returns the call that reads l, under an id of its own.
func (l listing) call(id string) call {
	args := maps.Clone(l.args)
	if args == nil {
		args = map[string]string{}
	}
	if l.limit > 0 {
		args["limit"] = strconv.Itoa(l.limit)
	}
	return call{id: id, method: l.method, args: args}
}

// list asks for what a job wants and hands the answer up. Whatever keeps only
// this from being had goes up as well, and is returned. An error is one that
// ends the connection.
func (s *session) list(ctx context.Context, j *job) (refused *api.CallError, err error) {
	l := s.listing(j.want)
	from, err := s.begin(ctx, j.want)
	if err != nil {
		return nil, err
	}
	for rewound := false; ; from = (Cursor{}) {
		c := l.call(s.r.callID())
		err := s.read(ctx, c, l, j, from)
		var failed *api.CallError
		if !errors.As(err, &failed) {
			return nil, err
		}
		v := judge(failed)
		switch {
		case v == fatal:
			return nil, final{error: err}
		case v == rewind && !rewound:
			rewound = true
			continue
		case v == smaller && l.limit > smallestLimit:
			l.limit /= 2
			continue
		case v == again && failed.Code != codeBadAnswer && l.limit > advisedRows:
			l.limit = advisedRows
			continue
		}
		s.r.log.Warn("listing given up", "method", l.method, "args", argNames(c.args), "error", failed.Error())
		code, detail := failed.Code, failed.Detail
		if code == "" {
			code = "no_answer"
		}
		if detail == "" && failed.Err != nil {
			detail = failed.Err.Error()
		}
		return failed, s.do(ctx, func(ctx context.Context) error {
			s.refused[j.want] = failed
			return s.r.apply(ctx, c.failed(code, detail), time.Now())
		})
	}
}

// begin returns where to go on with what is wanted. What is read from its
// beginning counts as tried.
func (s *session) begin(ctx context.Context, w Want) (from Cursor, err error) {
	err = s.do(ctx, func(context.Context) error {
		if s.cursors == nil {
			s.cursors = map[Want]Cursor{}
			if s.r.cfg.Cursors != nil {
				for _, c := range s.r.cfg.Cursors() {
					s.cursors[c.Want] = c
				}
			}
		}
		from = s.cursors[w]
		delete(s.cursors, w)
		if from.Next == "" {
			s.asked(w)
			delete(s.refused, w)
		}
		return nil
	})
	return from, err
}

// read reads the pages of one call, or those after a cursor. The error is a
// [*api.CallError] or one that ends the connection.
func (s *session) read(ctx context.Context, c call, l listing, j *job, from Cursor) error {
	if err := s.up(ctx, c.began(from.Call), time.Now()); err != nil {
		return err
	}
	var seen []string
	for cursor := from.Next; ; {
		a, err := s.r.web.fetch(ctx, j.rank, c.method, c.args, cursor)
		if err != nil {
			return err
		}
		rows := 1
		if l.ids != nil {
			ids, ok := l.ids(a.body)
			if !ok {
				return &api.CallError{Method: c.method, Code: codeBadAnswer, Detail: "the list is not in it"}
			}
			seen = append(seen, ids...)
			rows = len(ids)
		}
		err = s.do(ctx, func(ctx context.Context) error {
			if err := s.r.apply(ctx, c.page(cursor, a.next, a.body, ""), a.at); err != nil {
				return err
			}
			s.progressed(j, l, rows, a.next != "")
			return nil
		})
		if err != nil {
			return err
		}
		switch a.next {
		case "":
			return s.up(ctx, c.listed(seen), time.Now())
		case cursor:
			return &api.CallError{Method: c.method, Code: codeBadAnswer, Detail: "the page names itself as the next"}
		}
		cursor = a.next
	}
}

// progressed tells of one more page, and estimates how many are to come.
func (s *session) progressed(j *job, l listing, rows int, more bool) {
	s.progress.Pages++
	s.progress.Entities += rows
	j.pages++
	left := 0
	if more {
		left = 1 // at least
		if s.r.cfg.Size != nil {
			left = max(left, (s.r.cfg.Size(j.want)+l.limit-1)/l.limit-j.pages)
		}
	}
	s.progress.Left = s.r.queue.remain(j, left)
	if s.r.cfg.Progress != nil {
		s.r.cfg.Progress(s.progress)
	}
}

// The functions below make an ids func for each form that lists come in. An
// empty list may be written as null, or as the other kind of container.

// objects reads the ids of the objects in the array at path.
func objects(path ...string) func(rawjson.Value) ([]string, bool) {
	return func(page rawjson.Value) (ids []string, ok bool) {
		list := at(page, path)
		for e := range list.Elems() {
			if id, ok := e.Get("id").Str(); ok {
				ids = append(ids, id)
			}
		}
		return ids, list.Kind() == rawjson.Array || empty(list)
	}
}

// texts reads the strings in the array at path.
func texts(path ...string) func(rawjson.Value) ([]string, bool) {
	return func(page rawjson.Value) (ids []string, ok bool) {
		list := at(page, path)
		return stringsOf(list), list.Kind() == rawjson.Array || empty(list)
	}
}

// keys reads the keys of the object at path.
func keys(path ...string) func(rawjson.Value) ([]string, bool) {
	return func(page rawjson.Value) (ids []string, ok bool) {
		list := at(page, path)
		for key := range list.Members() {
			ids = append(ids, key)
		}
		return ids, list.Kind() == rawjson.Object || empty(list)
	}
}

func at(v rawjson.Value, path []string) rawjson.Value {
	for _, key := range path {
		v = v.Get(key)
	}
	return v
}

func empty(v rawjson.Value) bool {
	switch v.Kind() {
	case rawjson.Null:
		return true
	case rawjson.Array:
		for range v.Elems() {
			return false
		}
		return true
	case rawjson.Object:
		for range v.Members() {
			return false
		}
		return true
	}
	return false
}
