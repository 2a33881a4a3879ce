// The HTTP side of the order API on go-zero's rest, in the shape that goctl gives it, with everything that it has on by
// default.
package main

import (
	"flag"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zeromicro/go-zero/core/conf"
	"github.com/zeromicro/go-zero/rest"
	"github.com/zeromicro/go-zero/rest/httpx"
	"github.com/zeromicro/go-zero/zrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gozero/pb"
)

type config struct {
	rest.RestConf
	OrderRpc zrpc.RpcClientConf
}

type createOrderReq struct {
	UserId    int64   `json:"user_id"`
	ProductId int64   `json:"product_id"`
	Amount    float64 `json:"amount"`
}

type createOrderResp struct {
	OrderId   int64  `json:"order_id"`
	Status    string `json:"status"`
	CreatedAt int64  `json:"created_at"`
}

type getOrderReq struct {
	OrderId int64 `path:"order_id"`
}

type getOrderResp struct {
	OrderId   int64   `json:"order_id"`
	UserId    int64   `json:"user_id"`
	ProductId int64   `json:"product_id"`
	Amount    float64 `json:"amount"`
	Status    string  `json:"status"`
	CreatedAt int64   `json:"created_at"`
}

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
	order *getOrderResp
}

// The orders of a gateway that answers by itself.
var (
	alone = os.Getenv("ORDERS_ALONE") != ""
	next  atomic.Int64
	slots [first + kept]slot
)

func insert(req createOrderReq) *createOrderResp {
	made := &getOrderResp{
		OrderId:   next.Add(1),
		UserId:    req.UserId,
		ProductId: req.ProductId,
		Amount:    req.Amount,
		Status:    "created",
		CreatedAt: time.Now().Unix(),
	}
	at := &slots[place(made.OrderId)]
	at.Lock()
	at.order = made
	at.Unlock()
	return &createOrderResp{made.OrderId, made.Status, made.CreatedAt}
}

func find(id int64) *getOrderResp {
	at := &slots[place(id)]
	at.RLock()
	defer at.RUnlock()
	if at.order == nil || at.order.OrderId != id {
		return nil
	}
	return at.order
}

func createOrder(client order.OrderClient) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req createOrderReq
		if err := httpx.Parse(r, &req); err != nil {
			httpx.ErrorCtx(r.Context(), w, err)
			return
		}
		if alone {
			httpx.OkJsonCtx(r.Context(), w, insert(req))
			return
		}
		reply, err := client.CreateOrder(r.Context(), &order.CreateOrderRequest{
			UserId: req.UserId, ProductId: req.ProductId, Amount: req.Amount,
		})
		if err != nil {
			httpx.ErrorCtx(r.Context(), w, err)
			return
		}
		httpx.OkJsonCtx(r.Context(), w, &createOrderResp{reply.OrderId, reply.Status, reply.CreatedAt})
	}
}

func getOrder(client order.OrderClient) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req getOrderReq
		if err := httpx.Parse(r, &req); err != nil {
			httpx.ErrorCtx(r.Context(), w, err)
			return
		}
		if alone {
			found := find(req.OrderId)
			if found == nil {
				httpx.ErrorCtx(r.Context(), w, status.Error(codes.NotFound, "order not found"))
				return
			}
			httpx.OkJsonCtx(r.Context(), w, found)
			return
		}
		reply, err := client.GetOrder(r.Context(), &order.GetOrderRequest{OrderId: req.OrderId})
		if err != nil {
			httpx.ErrorCtx(r.Context(), w, err)
			return
		}
		httpx.OkJsonCtx(r.Context(), w, &getOrderResp{
			reply.OrderId, reply.UserId, reply.ProductId, reply.Amount, reply.Status, reply.CreatedAt,
		})
	}
}

func main() {
	file := flag.String("f", "etc/gateway.yaml", "the configuration")
	flag.Parse()
	var c config
	conf.MustLoad(*file, &c, conf.UseEnv())
	server := rest.MustNewServer(c.RestConf)
	defer server.Stop()
	c.OrderRpc.NonBlock = true
	client := order.NewOrderClient(zrpc.MustNewClient(c.OrderRpc).Conn())
	server.AddRoutes([]rest.Route{
		{Method: http.MethodPost, Path: "/orders", Handler: createOrder(client)},
		{Method: http.MethodGet, Path: "/orders/:order_id", Handler: getOrder(client)},
	}, rest.WithPrefix("/api/v1"))
	server.Start()
}
