//! SHA-256 (FIPS 180-4), as the corpus describes what is too long to list.

/// The digest in hexadecimal.
pub fn sha256(data: &[u8]) -> String {
    let mut padded = data.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((data.len() as u64 * 8).to_be_bytes());
    let mut state: [u32; 8] = std::array::from_fn(|place| fraction(f64::from(PRIMES[place]).sqrt()));
    let keys: [u32; 64] = std::array::from_fn(|place| fraction_of_cube_root(PRIMES[place]));
    for block in padded.chunks_exact(64) {
        compress(&mut state, &keys, block);
    }
    state.iter().map(|word| format!("{word:08x}")).collect()
}

const PRIMES: [u32; 64] = {
    let (mut primes, mut count, mut candidate) = ([0; 64], 0, 2);
    while count < 64 {
        let (mut divisor, mut prime) = (2, true);
        while divisor * divisor <= candidate {
            prime = prime && candidate % divisor != 0;
            divisor += 1;
        }
        if prime {
            primes[count] = candidate;
            count += 1;
        }
        candidate += 1;
    }
    primes
};

/// The first 32 bits of what follows the point.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of one, times 2³²")]
fn fraction(root: f64) -> u32 {
    (root.fract() * 4_294_967_296.0) as u32
}

/// The same of a cube root, exactly: the largest integer whose cube is at most `prime` × 2⁹⁶ has 32 bits more.
fn fraction_of_cube_root(prime: u32) -> u32 {
    let (mut low, mut high) = (0_u128, 8_u128 << 32);
    while high - low > 1 {
        let middle = (low + high) / 2;
        // 8 × 2³² has 35 bits, its cube 105, and 311 × 2⁹⁶ has 105.
        if middle * middle * middle <= u128::from(prime) << 96 {
            low = middle;
        } else {
            high = middle;
        }
    }
    u32::try_from(low & 0xffff_ffff).expect("32 bits")
}

fn compress(state: &mut [u32; 8], keys: &[u32; 64], block: &[u8]) {
    let mut words = [0_u32; 64];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes(bytes.try_into().expect("four"));
    }
    for place in 16..64 {
        let (early, late) = (words[place - 15], words[place - 2]);
        let first = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
        let second = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
        words[place] =
            words[place - 16].wrapping_add(first).wrapping_add(words[place - 7]).wrapping_add(second);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (key, word) in keys.iter().zip(words) {
        let sum = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first = h.wrapping_add(sum).wrapping_add(choice).wrapping_add(*key).wrapping_add(word);
        let sum = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let second = sum.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
    }
    for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(more);
    }
}
