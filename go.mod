module github.com/slackstate/slackstate

go 1.25.0

require (
	github.com/cespare/xxhash/v2 v2.3.0
	github.com/google/go-cmp v0.7.0
	github.com/gorilla/websocket v1.5.3
	go.etcd.io/bbolt v1.5.0
	golang.org/x/text v0.31.0
	golang.org/x/time v0.14.0
)

require golang.org/x/sys v0.45.0 // indirect
