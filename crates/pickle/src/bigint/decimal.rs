//! Decimal text of very long integers, in less than quadratic time.
//!
//! The binary number is cut in halves until they are short, and put together again in base 10¹⁸: high × 2ᵏ + low, where
//! the products are Karatsuba's. A million digits take about a second.

/// The base of decimal limbs: its square leaves room in a `u128` for the sum of a few hundred products.
const BASE: u64 = 1_000_000_000_000_000_000;

/// How many digits a limb has.
const DIGITS: usize = 18;

/// Up to this many binary limbs a number is converted one limb at a time.
const SHORT: usize = 32;

/// Up to this many decimal limbs products are made one limb at a time. The sums of so many fit in a `u128`.
const SIMPLE: usize = 64;

/// The decimal digits of a magnitude, limbs of 32 bits, least significant first.
pub(super) fn digits(limbs: &[u32]) -> String {
    // powers[i] is 2^(32 × SHORT × 2^i).
    let mut powers: Vec<Vec<u64>> = Vec::new();
    let mut reach = SHORT;
    while reach < limbs.len() {
        let next = match powers.last() {
            None => converted(&[&[0; SHORT][..], &[1]].concat()),
            Some(power) => product(power, power),
        };
        powers.push(next);
        reach *= 2;
    }
    let decimal = joined(limbs, &powers);
    let mut limbs = decimal.iter().rev();
    let mut text = limbs.next().map_or("0".to_owned(), u64::to_string);
    text.reserve(limbs.len() * DIGITS);
    limbs.for_each(|limb| text.push_str(&format!("{limb:018}")));
    text
}

/// The number in decimal limbs. Recurses as often as it can be halved.
fn joined(limbs: &[u32], powers: &[Vec<u64>]) -> Vec<u64> {
    let Some((power, smaller)) = powers.split_last() else { return converted(limbs) };
    let half = SHORT << smaller.len();
    if limbs.len() <= half {
        return joined(limbs, smaller);
    }
    let (low, high) = limbs.split_at(half);
    let (mut sum, low) = (product(&joined(high, smaller), power), joined(low, smaller));
    sum.resize(sum.len().max(low.len()) + 1, 0);
    add(&mut sum, &low, 0);
    trim(&mut sum);
    sum
}

/// One limb after another, from the top.
fn converted(limbs: &[u32]) -> Vec<u64> {
    let mut decimal: Vec<u64> = Vec::new();
    for limb in limbs.iter().rev() {
        let mut carry = u128::from(*limb);
        for digit in &mut decimal {
            (carry, *digit) = divide((u128::from(*digit) << 32) + carry);
        }
        if carry != 0 {
            decimal.push(divide(carry).1);
        }
    }
    decimal
}

/// By the base: the quotient, and the remainder, which fits.
fn divide(value: u128) -> (u128, u64) {
    let quotient = value / u128::from(BASE);
    let remainder = value - quotient * u128::from(BASE);
    (quotient, u64::try_from(remainder).unwrap_or(0))
}

fn product(left: &[u64], right: &[u64]) -> Vec<u64> {
    let (long, short) = if left.len() < right.len() { (right, left) } else { (left, right) };
    if short.len() <= SIMPLE {
        return simple_product(long, short);
    }
    let half = long.len().div_ceil(2);
    if short.len() <= half {
        // Too different for Karatsuba: the longer in pieces of the shorter's length.
        let mut sum = vec![0; long.len() + short.len() + 1];
        for (place, piece) in long.chunks(short.len()).enumerate() {
            add(&mut sum, &product(piece, short), place * short.len());
        }
        trim(&mut sum);
        return sum;
    }
    let ((long_low, long_high), (short_low, short_high)) = (long.split_at(half), short.split_at(half));
    let (lows, highs) = (product(long_low, short_low), product(long_high, short_high));
    let mut middle = product(&total(long_low, long_high), &total(short_low, short_high));
    subtract(&mut middle, &lows);
    subtract(&mut middle, &highs);
    let mut sum = vec![0; long.len() + short.len() + 1];
    add(&mut sum, &lows, 0);
    add(&mut sum, &middle, half);
    add(&mut sum, &highs, 2 * half);
    trim(&mut sum);
    sum
}

/// Column by column, each divided once.
fn simple_product(long: &[u64], short: &[u64]) -> Vec<u64> {
    let mut product = Vec::with_capacity(long.len() + short.len());
    let mut carry = 0_u128;
    for column in 0..long.len() + short.len() {
        let first = (column + 1).saturating_sub(long.len());
        let last = short.len().min(column + 1);
        let pairs = short[first..last].iter().zip(long[..=column - first].iter().rev());
        let terms = pairs.map(|(left, right)| u128::from(*left) * u128::from(*right));
        let (quotient, digit) = divide(carry + terms.sum::<u128>());
        product.push(digit);
        carry = quotient;
    }
    trim(&mut product);
    product
}

fn total(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut sum = vec![0; left.len().max(right.len()) + 1];
    add(&mut sum, left, 0);
    add(&mut sum, right, 0);
    trim(&mut sum);
    sum
}

/// Adds at a place; the sum has room for it.
fn add(sum: &mut [u64], more: &[u64], place: usize) {
    let mut carry = 0;
    for (place, digit) in sum.iter_mut().skip(place).enumerate() {
        let Some(more) = more.get(place).or((carry != 0).then_some(&0)) else { return };
        let value = *digit + more + carry; // below twice the base, which is far from overflow
        carry = u64::from(value >= BASE);
        *digit = value - carry * BASE;
    }
}

/// Takes away what is at most as much.
fn subtract(from: &mut Vec<u64>, less: &[u64]) {
    let mut borrow = 0;
    for (place, digit) in from.iter_mut().enumerate() {
        let less = less.get(place).copied().unwrap_or(0) + borrow;
        borrow = u64::from(*digit < less);
        *digit = *digit + borrow * BASE - less;
    }
    trim(from);
}

fn trim(limbs: &mut Vec<u64>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}
