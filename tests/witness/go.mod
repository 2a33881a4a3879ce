module witness

go 1.25.0

require (
	github.com/zeromicro/go-zero v1.10.3
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260706201446-f0a921348800
	google.golang.org/grpc v1.84.0
	google.golang.org/protobuf v1.36.12
)
