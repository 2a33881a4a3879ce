//! The same instance for the same key, and few keys that move when instances come and go: consistent hashing, with
//! go-zero's hash and ring (`core/hash/consistenthash.go`), so that callers in Go and in Rust choose alike.

/// Places of each instance on the ring.
const REPLICAS: u32 = 100;

/// Which of the instances is at which place, in order.
#[derive(Debug, Default)]
pub struct Ring(Vec<(u64, usize)>);

impl Ring {
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let mut places = Vec::new();
        for (index, address) in addresses.into_iter().enumerate() {
            let replicas = (0..REPLICAS).map(|replica| format!("{address}{replica}"));
            places.extend(replicas.map(|replica| (hash(replica.as_bytes()), index)));
        }
        places.sort_unstable();
        Self(places)
    }

    /// The instances from the one of the key on; each comes up to as often as it has places.
    pub fn from_key(&self, key: &str) -> impl Iterator<Item = usize> {
        let place = hash(key.as_bytes());
        let first = self.0.partition_point(|(at, _)| *at < place);
        let (before, after) = self.0.split_at(first);
        after.iter().chain(before).map(|(_, index)| *index)
    }
}

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// The first half of MurmurHash3 x64 128 with seed 0 (Austin Appleby, public domain).
fn hash(data: &[u8]) -> u64 {
    let (mut h1, mut h2) = (0_u64, 0_u64);
    let blocks = data.chunks_exact(16);
    let tail = blocks.remainder();
    for block in blocks {
        h1 = (h1 ^ mix1(word(&block[..8]))).rotate_left(27);
        h1 = h1
            .wrapping_add(h2)
            .wrapping_mul(5)
            .wrapping_add(0x52dc_e729);
        h2 = (h2 ^ mix2(word(&block[8..]))).rotate_left(31);
        h2 = h2
            .wrapping_add(h1)
            .wrapping_mul(5)
            .wrapping_add(0x3849_5ab5);
    }
    let (low, high) = tail.split_at(tail.len().min(8));
    h2 ^= mix2(word(high));
    h1 ^= mix1(word(low));
    let length = data.len() as u64;
    h1 ^= length;
    h2 ^= length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    finish(h1).wrapping_add(finish(h2))
}

/// Up to eight bytes, the first one the lowest.
fn word(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn mix1(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix2(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn finish(mut k: u64) -> u64 {
    k = (k ^ k >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    k = (k ^ k >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    k ^ k >> 33
}
