// The gRPC side of the order API on go-zero's zrpc, with everything that it has on by default.
package main

import (
	"context"
	"flag"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zeromicro/go-zero/core/conf"
	"github.com/zeromicro/go-zero/zrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gozero/pb"
)

// The first orders stay, for whoever reads one back; of the later ones the latest.
const (
	first = 1 << 10
	kept  = 1 << 16
)

func place(id int64) int64 {
	if id >= 0 && id < first {
		return id
	}
	return first + (id & (kept - 1))
}

type slot struct {
	sync.RWMutex
	order *order.GetOrderResponse
}

type server struct {
	order.UnimplementedOrderServer
	next  atomic.Int64
	slots [first + kept]slot
}

func (s *server) CreateOrder(_ context.Context, in *order.CreateOrderRequest) (*order.CreateOrderResponse, error) {
	made := &order.GetOrderResponse{
		OrderId:   s.next.Add(1),
		UserId:    in.UserId,
		ProductId: in.ProductId,
		Amount:    in.Amount,
		Status:    "created",
		CreatedAt: time.Now().Unix(),
	}
	at := &s.slots[place(made.OrderId)]
	at.Lock()
	at.order = made
	at.Unlock()
	return &order.CreateOrderResponse{OrderId: made.OrderId, Status: made.Status, CreatedAt: made.CreatedAt}, nil
}

func (s *server) GetOrder(_ context.Context, in *order.GetOrderRequest) (*order.GetOrderResponse, error) {
	at := &s.slots[place(in.OrderId)]
	at.RLock()
	found := at.order
	at.RUnlock()
	if found == nil || found.OrderId != in.OrderId {
		return nil, status.Error(codes.NotFound, "order not found")
	}
	return found, nil
}

func main() {
	file := flag.String("f", "etc/service.yaml", "the configuration")
	flag.Parse()
	var c zrpc.RpcServerConf
	conf.MustLoad(*file, &c, conf.UseEnv())
	s := zrpc.MustNewServer(c, func(registrar *grpc.Server) {
		order.RegisterOrderServer(registrar, &server{})
	})
	defer s.Stop()
	s.Start()
}
