package persist_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/slackstate/slackstate/internal/rawjson"
	"github.com/slackstate/slackstate/persist"
	"github.com/slackstate/slackstate/snapshot"
)

const numUsers = 100_000

// user returns a record of about the size that real ones have.
func user(e *snapshot.Edit, id string, version int) snapshot.Record {
	image := func(size int) string {
		return fmt.Sprintf("https://avatars.example.com/2024-05-17/%s_0123456789abcdef0123_%d.png", id, size)
	}
	v, err := rawjson.Parse(fmt.Sprintf(`{"id":"%[1]s","team_id":"T00000001","name":"handle.%[1]s","real_name":"Given Family %[1]s",
		"updated":%[2]d,"tz":"Europe/Amsterdam","tz_label":"Central European Time","tz_offset":3600,"deleted":false,"is_bot":false,
		"is_admin":false,"color":"9f69e7","profile":{"display_name":"given.%[1]s","real_name":"Given Family %[1]s",
		"email":"given.%[1]s@example.com","title":"Engineer","image_24":"%[3]s","image_48":"%[4]s","image_512":"%[5]s"}}`,
		id, 1_700_000_000+version, image(24), image(48), image(512)))
	if err != nil {
		panic(err)
	}
	return e.Record(snapshot.KindUser.Schema(), v)
}

// bootstrapped returns a world of many users, and the content of a file that
// holds it.
var bootstrapped = sync.OnceValues(func() (w *world, content []byte) {
	w = newWorld(1)
	e := w.state.Edit()
	for _, id := range numbered("U", numUsers) {
		e.Put(snapshot.KindUser, id, user(e, id, 0))
	}
	w.commit(e, 1)
	w.rows[0].Bulk = true

	dir, err := os.MkdirTemp("", "persist")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "workspace.db")
	db, err := persist.Open(path, persist.Options{})
	if err == nil {
		_, err = db.Load()
	}
	if err == nil {
		err = errors.Join(db.Append(w.rows, w.state), db.Close())
	}
	if err == nil {
		content, err = os.ReadFile(path)
	}
	if err != nil {
		panic(err)
	}
	return w, content
})

// largeFile returns the path of such a file.
func largeFile(b *testing.B) string {
	_, content := bootstrapped()
	path := filepath.Join(b.TempDir(), "workspace.db")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil { // or else the first commit syncs it all
		b.Fatal(err)
	}
	return path
}

// large opens such a file.
func large(b *testing.B) (*persist.DB, *world) {
	w, _ := bootstrapped()
	return open(b, largeFile(b), persist.Options{}), w.fork()
}

// messages makes events such as a message is: 466 bytes, and one small record
// changes.
func messages(w *world, n int) []persist.Row {
	start := len(w.rows)
	for range n {
		e := w.state.Edit()
		ts := fmt.Sprintf("17%08d.000100", len(w.rows))
		key := fmt.Sprint("C", w.rng.IntN(1000))
		e.Put(snapshot.KindRead, key, e.With(snapshot.KindRead.Schema(), "", snapshot.ReadLatestTS.Str(ts), snapshot.ReadUnread.Int(3)))
		w.commit(e, w.state.At()+1)
		w.rows[len(w.rows)-1].Event = make([]byte, 466)
	}
	return w.rows[start:]
}

// Appending, beside what the disk takes for the same bytes at the end of a file, in
// turn: x-bare is how many times as long a median append takes.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			db, w := large(b)
			f, err := os.Create(filepath.Join(b.TempDir(), "file"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			var bare, appended []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				rows := messages(w, n)
				var buf []byte
				for _, r := range rows {
					buf = append(buf, persist.EncodeRow(r)...)
				}
				began := time.Now()
				_, err := f.Write(buf)
				if err := errors.Join(err, f.Sync()); err != nil {
					b.Fatal(err)
				}
				bare = append(bare, time.Since(began))
				b.StartTimer()
				began = time.Now()
				appendRows(b, db, w, rows...)
				appended = append(appended, time.Since(began))
			}
			b.ReportMetric(float64(median(appended))/float64(median(bare)), "x-bare")
		})
	}
}

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}

// Appending while a checkpoint of every record is under way, beside appending to a
// file without one, in turn: each append comes at a random moment of a slice and waits
// for its end. x-p50 and x-p99 are how many times as long it takes, in the middle and
// at its slowest.
func BenchmarkAppendInCheckpoint(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		other, w2 := large(b)
		db, w := large(b)
		e := w.state.Edit()
		for i := range numUsers {
			id := fmt.Sprint("U", i)
			e.Put(snapshot.KindUser, id, user(e, id, 1))
		}
		w.commit(e, w.state.At()+1)
		appendRows(b, db, w, w.rows[len(w.rows)-1])
		one := func(db *persist.DB, w *world) time.Duration {
			rows := messages(w, 1)
			began := time.Now()
			appendRows(b, db, w, rows...)
			return time.Since(began)
		}
		var pace persist.Pace
		var usual, during, slices []time.Duration
		for done := false; !done; {
			limit := pace.Slice()
			b.StartTimer()
			began := time.Now()
			var err error
			if done, err = db.Checkpoint(limit); err != nil {
				b.Fatal(err)
			}
			slice := time.Since(began)
			b.StopTimer()
			took := one(db, w)
			pace.Sliced(limit, slice)
			pace.Appended(took)
			slices = append(slices, slice)
			during = append(during, time.Duration(w.rng.Int64N(int64(slice)))+took)
			usual = append(usual, one(other, w2))
		}
		b.StartTimer()
		for name, q := range map[string]float64{"p50": 0.5, "p99": 0.99} {
			b.ReportMetric(float64(quantile(during, q))/float64(quantile(usual, q)), "x-"+name)
			b.ReportMetric(float64(quantile(usual, q))/float64(time.Millisecond), "usual-ms-"+name)
			b.ReportMetric(float64(quantile(slices, q))/float64(time.Millisecond), "slice-ms-"+name)
		}
		b.ReportMetric(float64(numUsers)/float64(len(slices)), "records/slice")
		db.Close()
		other.Close()
	}
}

// quantile returns what a share of durations is no longer than.
func quantile(ds []time.Duration, q float64) time.Duration {
	slices.Sort(ds)
	return ds[int(q*float64(len(ds)-1))]
}

func BenchmarkCheckpoint(b *testing.B) {
	b.Run(fmt.Sprintf("dirty=1000/of=%d", numUsers), func(b *testing.B) {
		db, w := large(b)
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			e := w.state.Edit()
			for _, i := range rand.Perm(numUsers)[:1000] {
				id := fmt.Sprint("U", i)
				e.Put(snapshot.KindUser, id, user(e, id, len(w.rows)))
			}
			w.commit(e, w.state.At()+1)
			appendRows(b, db, w, w.rows[len(w.rows)-1])
			b.StartTimer()
			checkpoint(b, db, 0)
		}
	})
}

// Bulk appends are pages of a listing: new records in no order.
func BenchmarkBulk(b *testing.B) {
	b.Run("rows=1/records=1000", func(b *testing.B) {
		db, w := large(b)
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			e := w.state.Edit()
			for range 1000 {
				id := fmt.Sprintf("U%x", w.rng.Uint64())
				e.Put(snapshot.KindUser, id, user(e, id, 0))
			}
			w.commit(e, w.state.At()+1)
			page := w.rows[len(w.rows)-1]
			page.Bulk = true
			b.StartTimer()
			appendRows(b, db, w, page)
		}
	})
}

// BenchmarkOpen is what Open costs by itself, which is the same for a file of any size.
func BenchmarkOpen(b *testing.B) {
	path := largeFile(b)
	b.ReportAllocs()
	for b.Loop() {
		db, err := persist.Open(path, persist.Options{})
		if err != nil {
			b.Fatal(err)
		}
		db.Close()
	}
}

// BenchmarkLoad is a resume: from an open file to the first answer, and to all of
// the state. Growth is what a user costs in a workspace ten times as large.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("users=%d", n), func(b *testing.B) {
			path, digest := workspace(b, n)
			db, err := persist.Open(path, persist.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			b.ReportAllocs()
			var early time.Duration
			for b.Loop() {
				began := time.Now()
				s, err := db.LoadEarly(func(*snapshot.Snapshot) { early += time.Since(began) })
				if err != nil || s.Digest() != digest {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(early.Nanoseconds())/float64(b.N*n), "early-ns/user")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/user")
			b.ReportMetric(float64(len(read(b, path)))/float64(n), "file-B/user")
		})
	}
}

// workspace returns a file of n users in 24 conversations each, of which there are
// n/5, some large and most of them small, and the digest of what it holds.
func workspace(b *testing.B, n int) (path string, digest uint64) {
	w := newWorld(1)
	e := w.state.Edit()
	for _, id := range numbered("U", n) {
		e.Put(snapshot.KindUser, id, user(e, id, 0))
		for range 24 {
			r := w.rng.Float64()
			e.Put(snapshot.KindMember, fmt.Sprintf("C%d/%s", int(r*r*r*float64(n/5)), id), snapshot.Exists)
		}
	}
	w.commit(e, 1)
	w.rows[0].Bulk = true
	db, path := create(b, persist.Options{})
	appendRows(b, db, w, w.rows...)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return path, w.state.Digest()
}

func BenchmarkRows(b *testing.B) {
	db, w := large(b)
	appendRows(b, db, w, messages(w, 1000)...)
	b.ReportAllocs()
	for b.Loop() {
		if got, err := rows(db, db.Oldest()); err != nil || len(got) != 1000 {
			b.Fatal(err)
		}
	}
}
