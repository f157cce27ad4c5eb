//! Which states were met: a table of their numbers, found by hash.
//!
//! Open addressing with linear probing (Knuth 1973, vol. 3, section 6.4), at most half full, so that runs
//! are short. A place is four bytes: the number of a state, and above it as many bits of the hash as are
//! left, so that the words of another state are seldom looked at. Where a hash belongs, its upper bits
//! say.

use super::graph::{NOWHERE, Node};

const FREE: u32 = u32::MAX;

/// Bits of an empty table's places.
const FEWEST_BITS: u32 = 14;

/// Numbers of states by hash.
#[derive(Debug)]
pub(super) struct Table {
    places: Vec<u32>,
    /// How many bits of a hash say where it belongs. A number has fewer.
    bits: u32,
    count: usize,
}

impl Table {
    /// Most numbers that fit in a table.
    pub(super) const MOST: usize = 1 << 30;

    pub(super) fn new() -> Table {
        Table { places: vec![FREE; 1 << FEWEST_BITS], bits: FEWEST_BITS, count: 0 }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.places.len() * size_of::<u32>()
    }

    /// What stands where a hash belongs. Whoever looks up many in a large table does well to ask for all of
    /// these first: so the processor waits for the memory of many at a time.
    #[inline]
    pub(super) fn home(&self, hash: u32) -> u32 {
        self.places[self.index(hash)]
    }

    /// The first number that can have this hash, whose [`Table::home`] is known; or `NOWHERE`.
    #[inline]
    pub(super) fn first(&self, hash: u32, home: u32) -> Node {
        if home == FREE {
            NOWHERE
        } else if self.can_have(home, hash) {
            self.number(home)
        } else {
            self.find(hash, |_| true)
        }
    }

    #[inline]
    fn index(&self, hash: u32) -> usize {
        (hash >> (32 - self.bits)) as usize
    }

    /// Whether the state in a place can have this hash.
    #[inline]
    fn can_have(&self, place: u32, hash: u32) -> bool {
        place >> self.bits == hash & u32::MAX >> self.bits
    }

    #[inline]
    fn number(&self, place: u32) -> Node {
        place & ((1 << self.bits) - 1)
    }

    /// Where the first number stands that can have this hash and is the one; or else the free place for it.
    #[inline]
    fn search(&self, hash: u32, is: impl Fn(Node) -> bool) -> (usize, u32) {
        let mut i = self.index(hash);
        loop {
            let place = self.places[i];
            if place == FREE || self.can_have(place, hash) && is(self.number(place)) {
                return (i, place);
            }
            i = (i + 1) & (self.places.len() - 1);
        }
    }

    /// The first number that can have this hash and is the one, or `NOWHERE`.
    #[inline]
    pub(super) fn find(&self, hash: u32, is: impl Fn(Node) -> bool) -> Node {
        match self.search(hash, is) {
            (_, FREE) => NOWHERE,
            (_, place) => self.number(place),
        }
    }

    /// The first number that can have this hash and is the one, or else `new`, which is then added. There
    /// must be room ([`Table::reserve`]).
    #[inline]
    pub(super) fn find_or_insert(&mut self, hash: u32, new: Node, is: impl Fn(Node) -> bool) -> Node {
        match self.search(hash, is) {
            (i, FREE) => {
                self.put(i, hash, new);
                new
            }
            (_, place) => self.number(place),
        }
    }

    #[inline]
    fn put(&mut self, i: usize, hash: u32, node: Node) {
        debug_assert!(node >> (self.bits - 1) == 0);
        self.places[i] = (hash & u32::MAX >> self.bits) << self.bits | node;
        self.count += 1;
    }

    /// Makes room for so many more. The hashes are those of all numbers so far, from 0 on.
    pub(super) fn reserve<H: Iterator<Item = u32>>(&mut self, more: usize, hashes: impl FnOnce() -> H) {
        let needed = (self.count + more) * 2;
        if needed > self.places.len() {
            self.grow(needed, hashes());
        }
    }

    #[cold]
    fn grow(&mut self, needed: usize, hashes: impl Iterator<Item = u32>) {
        self.bits = needed.next_power_of_two().trailing_zeros();
        self.count = 0;
        // The old one is given back before there is a new one.
        self.places = Vec::new();
        self.places = vec![FREE; 1 << self.bits];
        for (node, hash) in (0..).zip(hashes) {
            let (i, _) = self.search(hash, |_| false);
            self.put(i, hash, node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_again() {
        let mut table = Table::new();
        // Few hashes, so that many are the same, and those at the end run over it.
        let hash = |node: Node| match node % 3 {
            0 => u32::MAX - node % 7,
            1 => node / 11,
            _ => node.wrapping_mul(0x9E37_79B9),
        };
        for node in 0..20_000 {
            assert_eq!(table.find(hash(node), |other| other == node), NOWHERE);
            table.reserve(1, || (0..node).map(hash));
            assert_eq!(table.find_or_insert(hash(node), node, |_| false), node);
            assert_eq!(table.find_or_insert(hash(node), NOWHERE, |other| other == node), node);
        }
        for node in 0..20_000 {
            assert_eq!(table.find(hash(node), |other| other == node), node);
            assert_eq!(table.find(hash(node), |other| other == node + 20_000), NOWHERE);
        }
        assert!(table.bytes() < 20_000 * 17);
    }
}
