//! Which states were met: a table of their numbers, found by hash.
//!
//! Open addressing with linear probing (Knuth 1973, vol. 3, section 6.4). A place holds the number of a
//! state and its whole hash, so that a state's words are looked at only where the hash is the same, and
//! not at all when the table grows. Places are in the order of hashes; growing reads and writes memory
//! from one end to the other.

use super::graph::Node;

/// Hash in the upper half, number in the lower; no number is the largest, `NOWHERE`.
pub(super) type Place = u64;

const FREE: Place = Place::MAX;

/// Numbers of states by hash.
#[derive(Debug)]
pub(super) struct Table {
    places: Vec<Place>,
    count: usize,
}

impl Table {
    pub(super) fn new() -> Table {
        Table { places: vec![FREE; 1024], count: 0 }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.places.len() * size_of::<Place>()
    }

    /// Where a hash belongs. Whoever looks up many does well to ask for all of these first: so the
    /// processor waits for the memory of many at a time.
    #[inline]
    pub(super) fn home(&self, hash: u32) -> Place {
        self.places[self.index(hash)]
    }

    /// The first number with this hash, whose [`Table::home`] is known; or `NOWHERE`.
    #[inline]
    pub(super) fn first(&self, hash: u32, home: Place) -> Node {
        if home == FREE || (home >> 32) as u32 == hash { home as Node } else { self.find(hash, |_| true) }
    }

    #[inline]
    fn index(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.places.len() as u64) >> 32) as usize
    }

    /// The first number with this hash that is the one, or `NOWHERE`.
    #[inline]
    pub(super) fn find(&self, hash: u32, is: impl Fn(Node) -> bool) -> Node {
        let mut i = self.index(hash);
        loop {
            let place = self.places[i];
            if place == FREE || (place >> 32) as u32 == hash && is(place as Node) {
                return place as Node;
            }
            i = if i + 1 == self.places.len() { 0 } else { i + 1 };
        }
    }

    /// The first number with this hash that is the one, or else `new`, which is then added. There must be
    /// room ([`Table::reserve`]).
    #[inline]
    pub(super) fn find_or_insert(&mut self, hash: u32, new: Node, is: impl Fn(Node) -> bool) -> Node {
        let mut i = self.index(hash);
        loop {
            let place = self.places[i];
            if place == FREE {
                self.places[i] = u64::from(hash) << 32 | u64::from(new);
                self.count += 1;
                return new;
            }
            if (place >> 32) as u32 == hash && is(place as Node) {
                return place as Node;
            }
            i = if i + 1 == self.places.len() { 0 } else { i + 1 };
        }
    }

    /// Makes room for so many more. At most three quarters full, for runs of a cache line.
    pub(super) fn reserve(&mut self, more: usize) {
        while (self.count + more) * 4 > self.places.len() * 3 {
            self.grow();
        }
    }

    #[inline]
    fn put(&mut self, place: Place) {
        let mut i = self.index((place >> 32) as u32);
        while self.places[i] != FREE {
            i = if i + 1 == self.places.len() { 0 } else { i + 1 };
        }
        self.places[i] = place;
    }

    /// Half as much again: doubling would leave more of it free than `bytes` a state allow.
    #[cold]
    fn grow(&mut self) {
        let larger = vec![FREE; self.places.len() / 2 * 3];
        for place in std::mem::replace(&mut self.places, larger) {
            if place != FREE {
                self.put(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::NOWHERE;
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
            table.reserve(1);
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
