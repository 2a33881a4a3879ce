// Calls a service that zgen has generated, with grpc-go: unary calls and streams of all kinds, deadlines, the details of
// errors, the context of a trace, and server reflection.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const service = "/witness.v1.Witness/"

var failed bool

// check says whether the answer is what it should be.
func check(what string, found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		failed = true
		fmt.Printf("FAILED  %s: %v instead of %v\n", what, found, expected)
		return
	}
	fmt.Printf("ok      %s: %v\n", what, found)
}

func greet(ctx context.Context, conn *grpc.ClientConn, name string) (string, error) {
	reply := new(wrapperspb.StringValue)
	err := conn.Invoke(ctx, service+"Greet", wrapperspb.String(name), reply)
	return reply.GetValue(), err
}

func unary(conn *grpc.ClientConn) {
	ctx := context.Background()
	reply, err := greet(ctx, conn, "Ada")
	check("a call", fmt.Sprint(reply, " ", err), "hello, Ada <nil>")

	_, err = greet(ctx, conn, "nobody")
	check("an error", fmt.Sprint(status.Code(err), ": ", status.Convert(err).Message()), "NotFound: nobody is not at home")

	_, err = greet(ctx, conn, "")
	fields := ""
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.GetFieldViolations() {
				fields += violation.GetField() + " " + violation.GetDescription()
			}
		}
	}
	check("the details of an error", fmt.Sprint(status.Code(err), ": ", fields), "InvalidArgument: value must not be empty")

	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err = greet(short, conn, "slow")
	check("a deadline", fmt.Sprint(status.Code(err), " ", time.Since(started) < 900*time.Millisecond), "DeadlineExceeded true")

	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	traced := metadata.AppendToOutgoingContext(ctx, "traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	reply, err = greet(traced, conn, "trace")
	check("a trace", fmt.Sprint(reply, " ", err), trace+" <nil>")
}

func streams(conn *grpc.ClientConn) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()

	down, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, service+"Count")
	must(err)
	must(down.SendMsg(wrapperspb.Int64(3)))
	must(down.CloseSend())
	var numbers []int64
	for {
		reply := new(wrapperspb.Int64Value)
		if err = down.RecvMsg(reply); err != nil {
			break
		}
		numbers = append(numbers, reply.GetValue())
	}
	check("a stream of replies", fmt.Sprint(numbers, err == io.EOF), "[2 1 0] true")

	below, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, service+"Count")
	must(err)
	must(below.SendMsg(wrapperspb.Int64(-1)))
	must(below.CloseSend())
	check("a stream that is refused", status.Code(below.RecvMsg(new(wrapperspb.Int64Value))), codes.OutOfRange)

	up, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, service+"Sum")
	must(err)
	for number := int64(1); number <= 4; number++ {
		must(up.SendMsg(wrapperspb.Int64(number)))
	}
	must(up.CloseSend())
	sum := new(wrapperspb.Int64Value)
	must(up.RecvMsg(sum))
	check("a stream of requests", sum.GetValue(), int64(10))

	both, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, service+"Echo")
	must(err)
	var said []string
	for _, word := range []string{"a", "b"} {
		must(both.SendMsg(wrapperspb.String(word)))
		reply := new(wrapperspb.StringValue)
		must(both.RecvMsg(reply))
		said = append(said, reply.GetValue())
	}
	must(both.CloseSend())
	check("streams both ways", fmt.Sprint(said, both.RecvMsg(new(wrapperspb.StringValue)) == io.EOF), "[a a b b] true")
}

func described(conn *grpc.ClientConn) {
	stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(context.Background())
	must(err)
	must(stream.Send(&reflection.ServerReflectionRequest{
		MessageRequest: &reflection.ServerReflectionRequest_ListServices{},
	}))
	reply, err := stream.Recv()
	must(err)
	var names []string
	for _, service := range reply.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	check("reflection", names, []string{"witness.v1.Witness"})
}

func must(err error) {
	if err != nil {
		fmt.Println("FAILED ", err)
		os.Exit(1)
	}
}

func main() {
	conn, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	unary(conn)
	streams(conn)
	described(conn)
	if failed {
		os.Exit(1)
	}
}
