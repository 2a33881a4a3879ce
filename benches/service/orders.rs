//! The work behind the API, the same in everything that is measured: orders in memory.
//!
//! Included by path, so that no crate boundary differs either.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{LazyLock, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// The first orders stay, for whoever reads one back.
const FIRST: usize = 1 << 10;
/// Of the later ones the latest stay, so that memory is the same however long the load lasts.
const KEPT: usize = 1 << 16;

#[derive(Clone)]
pub struct Order {
    pub order_id: i64,
    pub user_id: i64,
    pub product_id: i64,
    pub amount: f64,
    pub status: String,
    pub created_at: i64,
}

static NEXT: AtomicI64 = AtomicI64::new(1);
static ORDERS: LazyLock<Vec<RwLock<Option<Order>>>> =
    LazyLock::new(|| (0..FIRST + KEPT).map(|_| RwLock::default()).collect());

/// Whether a gateway answers by itself, without a service behind it.
#[allow(dead_code)]
pub fn alone() -> bool {
    static ALONE: LazyLock<bool> = LazyLock::new(|| std::env::var_os("ORDERS_ALONE").is_some());
    *ALONE
}

pub fn insert(user_id: i64, product_id: i64, amount: f64) -> Order {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let order = Order {
        order_id: NEXT.fetch_add(1, Relaxed),
        user_id,
        product_id,
        amount,
        status: "created".to_owned(),
        created_at: now.map_or(0, |now| now.as_secs().cast_signed()),
    };
    *place(order.order_id)
        .write()
        .unwrap_or_else(PoisonError::into_inner) = Some(order.clone());
    order
}

pub fn find(order_id: i64) -> Option<Order> {
    let found = place(order_id)
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    found
        .as_ref()
        .filter(|order| order.order_id == order_id)
        .cloned()
}

fn place(order_id: i64) -> &'static RwLock<Option<Order>> {
    let id = usize::try_from(order_id).unwrap_or(0);
    &ORDERS[if id < FIRST { id } else { FIRST + id % KEPT }]
}
