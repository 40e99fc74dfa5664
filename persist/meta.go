package persist

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"

	"github.com/slackstate/slackstate/api"
)

// format is the number of the format described here. A file with a higher one
// is left alone, one with a lower one is migrated.
const format = 2

var (
	metaBucket    = []byte("meta")
	journalBucket = []byte("journal")

	formatKey   = []byte("format")
	identityKey = []byte("identity")
	headKey     = []byte("head")
)

// A head says how far a file has come. It is written in the transaction whose
// outcome it describes, so the two are never apart. (The fields are exported
// for encoding/binary.)
type head struct {
	Seq         api.Seq // the last row appended
	At          int64   // its time, in milliseconds
	Digest, Sum uint64  // of the state after it

	Checkpoint api.Seq // the tables contain every change up to here, and perhaps later ones
	Oldest     api.Seq // the journal holds the rows after this one; never more than Checkpoint
	Bytes      int64   // their size
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal appends a checksum of the key and of dst[start:], the value stored under
// it. Records have none: the digests cover them.
func seal(dst []byte, start int, key []byte) []byte {
	return binary.BigEndian.AppendUint32(dst, checksum(key, dst[start:]))
}

func checksum(key, v []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, v)
}

// unseal returns the value that seal was given. It shares the memory of v.
func unseal(key, v []byte) ([]byte, error) {
	const size = 4
	if len(v) < size {
		return nil, errShort
	}
	body := v[:len(v)-size]
	if checksum(key, body) != binary.BigEndian.Uint32(v[len(body):]) {
		return nil, errors.New("wrong checksum")
	}
	return body, nil
}

// metaError says what is wrong with an entry of the meta bucket. Here and below
// guard adds the path.
func metaError(key []byte, err error) error {
	return &api.CorruptError{Bucket: string(metaBucket), Key: string(key), Err: err}
}

func bucketError(bucket []byte, err error) error {
	return &api.CorruptError{Bucket: string(bucket), Err: err}
}

func corruptEntry(bucket, key []byte, err error) error {
	return &api.CorruptError{Bucket: string(bucket), Key: string(key), Err: err}
}

func putMeta(tx *bolt.Tx, key, v []byte) error {
	return tx.Bucket(metaBucket).Put(key, seal(v, 0, key))
}

func putHead(tx *bolt.Tx, h head) error {
	v, err := binary.Append(nil, binary.BigEndian, h)
	if err != nil {
		return err
	}
	return putMeta(tx, headKey, v)
}

func putIdentity(tx *bolt.Tx, id api.Identity) error {
	return putMeta(tx, identityKey, appendText(appendText(nil, id.Team), string(id.User)))
}

// create makes an empty database out of a file without buckets.
func create(tx *bolt.Tx) error {
	for _, name := range [][]byte{metaBucket, journalBucket} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	if err := putFormat(tx, format); err != nil {
		return err
	}
	return putHead(tx, head{})
}

func putFormat(tx *bolt.Tx, n int) error {
	return putMeta(tx, formatKey, binary.AppendUvarint(nil, uint64(n)))
}

// blank reports whether a file was never written to: it may be left behind by a
// process that was killed before it came to create.
func blank(tx *bolt.Tx) bool {
	name, _ := tx.Cursor().First()
	return name == nil
}

// getMeta reads an entry of the meta bucket. It is nil if there is none.
func getMeta(tx *bolt.Tx, key []byte) ([]byte, error) {
	b := tx.Bucket(metaBucket)
	if b == nil {
		return nil, bucketError(metaBucket, errors.New("missing: this is another program's database"))
	}
	v := b.Get(key)
	if v == nil {
		return nil, nil
	}
	body, err := unseal(key, v)
	if err != nil {
		return nil, metaError(key, err)
	}
	return body, nil
}

// getFormat returns the number of the file's format.
func getFormat(tx *bolt.Tx) (int, error) {
	v, err := getMeta(tx, formatKey)
	if err != nil {
		return 0, err
	}
	n, size := binary.Uvarint(v)
	if size <= 0 || n == 0 || n > 1<<30 {
		return 0, metaError(formatKey, errors.New("not a format number"))
	}
	return int(n), nil
}

func getHead(tx *bolt.Tx) (h head, err error) {
	v, err := getMeta(tx, headKey)
	if err != nil {
		return h, err
	}
	if n, err := binary.Decode(v, binary.BigEndian, &h); err != nil || n != len(v) {
		return h, metaError(headKey, fmt.Errorf("%d bytes", len(v)))
	}
	return h, nil
}

func getIdentity(tx *bolt.Tx) (*api.Identity, error) {
	v, err := getMeta(tx, identityKey)
	if v == nil || err != nil {
		return nil, err
	}
	d := decoder{rest: string(v)}
	id := &api.Identity{Team: d.text(), User: api.UserID(d.text())}
	if d.err != nil || d.rest != "" {
		return nil, metaError(identityKey, errors.New("not an identity"))
	}
	return id, nil
}
