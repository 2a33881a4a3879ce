// The same service on go-zero's zrpc, registered in etcd, for a client that zgen has generated.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/zeromicro/go-zero/core/conf"
	"github.com/zeromicro/go-zero/zrpc"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

type witness interface {
	greet(context.Context, string) (string, error)
}

type server struct{}

func (server) greet(ctx context.Context, name string) (string, error) {
	switch name {
	case "":
		refused := status.New(codes.InvalidArgument, "the request is not valid")
		refused, err := refused.WithDetails(&errdetails.BadRequest{
			FieldViolations: []*errdetails.BadRequest_FieldViolation{
				{Field: "value", Description: "must not be empty"},
			},
		})
		if err != nil {
			return "", err
		}
		return "", refused.Err()
	case "slow":
		<-ctx.Done()
		return "", ctx.Err()
	case "deadline":
		at, ok := ctx.Deadline()
		return fmt.Sprint(ok, " ", time.Until(at) < time.Second), nil
	case "trace":
		headers, _ := metadata.FromIncomingContext(ctx)
		return fmt.Sprint(headers.Get("traceparent")), nil
	}
	return "hello, " + name, nil
}

func greet(srv any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
	request := new(wrapperspb.StringValue)
	if err := decode(request); err != nil {
		return nil, err
	}
	handle := func(ctx context.Context, request any) (any, error) {
		reply, err := srv.(witness).greet(ctx, request.(*wrapperspb.StringValue).GetValue())
		return wrapperspb.String(reply), err
	}
	if intercept == nil {
		return handle(ctx, request)
	}
	info := &grpc.UnaryServerInfo{Server: srv, FullMethod: "/witness.v1.Witness/Greet"}
	return intercept(ctx, request, info, handle)
}

func count(_ any, stream grpc.ServerStream) error {
	request := new(wrapperspb.Int64Value)
	if err := stream.RecvMsg(request); err != nil {
		return err
	}
	for number := request.GetValue() - 1; number >= 0; number-- {
		// Longer in all than an ordinary call may take.
		time.Sleep(300 * time.Millisecond)
		if err := stream.SendMsg(wrapperspb.Int64(number)); err != nil {
			return err
		}
	}
	return nil
}

func sum(_ any, stream grpc.ServerStream) error {
	var sum int64
	for {
		request := new(wrapperspb.Int64Value)
		err := stream.RecvMsg(request)
		if err == io.EOF {
			return stream.SendMsg(wrapperspb.Int64(sum))
		}
		if err != nil {
			return err
		}
		sum += request.GetValue()
	}
}

func echo(_ any, stream grpc.ServerStream) error {
	for {
		request := new(wrapperspb.StringValue)
		err := stream.RecvMsg(request)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		text := request.GetValue()
		if err := stream.SendMsg(wrapperspb.String(text + " " + text)); err != nil {
			return err
		}
	}
}

var description = grpc.ServiceDesc{
	ServiceName: "witness.v1.Witness",
	HandlerType: (*witness)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Greet", Handler: greet}},
	Streams: []grpc.StreamDesc{
		{StreamName: "Count", Handler: count, ServerStreams: true},
		{StreamName: "Sum", Handler: sum, ClientStreams: true},
		{StreamName: "Echo", Handler: echo, ClientStreams: true, ServerStreams: true},
	},
}

func main() {
	var c zrpc.RpcServerConf
	conf.MustLoad(os.Args[1], &c)
	s := zrpc.MustNewServer(c, func(registrar *grpc.Server) {
		registrar.RegisterService(&description, server{})
	})
	defer s.Stop()
	s.Start()
}
