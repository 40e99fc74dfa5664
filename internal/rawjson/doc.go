// Package rawjson reads JSON in place. [Parse] checks a text once, as strictly
// as encoding/json does, and everything after that is a cut of the same
// immutable string: no tree is built, and nothing is copied except the strings
// that hold escapes or broken UTF-8.
//
//	v, err := rawjson.Parse(frame)
//	if err != nil {
//		return fmt.Errorf("parse frame: %w", err)
//	}
//	for key, member := range v.Members() {
//		...
//	}
//
// Reading costs what it reads: each call walks the text of its receiver again.
// Range over Members once rather than call Get for many keys.
package rawjson
