//! Bounded edit distance with transpositions.

/// The edit distance between `a` and `b` (insertion, deletion, substitution, or transposition of neighbours each count
/// one; no substring is edited twice: "optimal string alignment"), or `None` if it exceeds `limit`.
pub fn edit_distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let width = b.len() + 1;
    let mut rows = [vec![0; width], (0..width).collect::<Vec<_>>(), vec![0; width]];
    for (i, &x) in a.iter().enumerate() {
        let [before, last, row] = &mut rows;
        row[0] = i + 1;
        let mut best = row[0];
        for (j, &y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
            best = best.min(cost);
        }
        if best > limit {
            return None;
        }
        rows.rotate_left(1);
    }
    Some(rows[1][b.len()]).filter(|&distance| distance <= limit)
}

/// How many edits a word of this many characters may be away: short words have too many neighbours.
pub fn allowed_edits(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> Option<usize> {
        edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), 2)
    }

    #[test]
    fn counts_edits_and_transpositions() {
        assert_eq!(distance("password", "password"), Some(0));
        assert_eq!(distance("passwrod", "password"), Some(1));
        assert_eq!(distance("pasword", "password"), Some(1));
        assert_eq!(distance("pssword", "passwords"), Some(2));
        assert_eq!(distance("", "ab"), Some(2));
        assert_eq!(distance("abc", "xyz"), None);
        assert_eq!(distance("kündigen", "kundigen"), Some(1));
    }
}
