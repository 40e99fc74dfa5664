module github.com/slackstate/slackstate/integration

go 1.25.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/slack-go/slack v0.29.0
	github.com/slackstate/slackstate v0.0.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	go.etcd.io/bbolt v1.5.0 // indirect
	golang.org/x/sys v0.45.0 // indirect
	golang.org/x/text v0.31.0 // indirect
	golang.org/x/time v0.14.0 // indirect
)

replace github.com/slackstate/slackstate => ../
