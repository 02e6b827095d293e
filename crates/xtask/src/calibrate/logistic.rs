//! Logistic regression with weighted examples, by Newton's method.

/// A small penalty on the squares of the weights, so that values that always agree have a solution.
const RIDGE: f64 = 1e-3;
/// Newton's method doubles the correct digits in each round; this is more than enough.
const ROUNDS: usize = 30;

/// An example: its values, whether it is true, and how much it counts.
pub(crate) struct Example<const N: usize> {
    pub(crate) values: [f64; N],
    pub(crate) is_true: bool,
    pub(crate) weight: f64,
}

/// The bias and the weights under which the examples are most likely.
pub(crate) fn fit<const N: usize>(examples: &[Example<N>]) -> (f64, [f64; N]) {
    let size = N + 1;
    let all: f64 = examples.iter().map(|example| example.weight).sum();
    let mut solution = vec![0.0; size];
    for _ in 0..ROUNDS {
        let mut gradient = vec![0.0; size];
        let mut curvature = vec![vec![0.0; size]; size];
        for example in examples {
            let value = |at: usize| if at == 0 { 1.0 } else { example.values[at - 1] };
            let odds: f64 = (0..size).map(|at| solution[at] * value(at)).sum();
            let likely = 1.0 / (1.0 + (-odds).exp());
            let weight = example.weight / all;
            let error = likely - f64::from(u8::from(example.is_true));
            for (row, (gradient, curvature)) in gradient.iter_mut().zip(&mut curvature).enumerate() {
                *gradient += weight * error * value(row);
                for (column, curvature) in curvature.iter_mut().enumerate() {
                    *curvature += weight * likely * (1.0 - likely) * value(row) * value(column);
                }
            }
        }
        for at in 1..size {
            gradient[at] += RIDGE * solution[at];
            curvature[at][at] += RIDGE;
        }
        let step = solve(curvature, gradient);
        for (value, step) in solution.iter_mut().zip(step) {
            *value -= step;
        }
    }
    (solution[0], std::array::from_fn(|at| solution[at + 1]))
}

/// Solves a system of linear equations by Gaussian elimination with pivots.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for at in 0..size {
        let pivot = (at..size)
            .max_by(|&a, &b| matrix[a][at].abs().total_cmp(&matrix[b][at].abs()))
            .unwrap_or(at);
        matrix.swap(at, pivot);
        right.swap(at, pivot);
        let row = matrix[at].clone();
        if row[at].abs() < f64::EPSILON {
            continue;
        }
        for other in at + 1..size {
            let factor = matrix[other][at] / row[at];
            for (value, above) in matrix[other].iter_mut().zip(&row).skip(at) {
                *value -= factor * above;
            }
            right[other] -= factor * right[at];
        }
    }
    let mut solution = vec![0.0; size];
    for at in (0..size).rev() {
        let known: f64 = (at + 1..size).map(|other| matrix[at][other] * solution[other]).sum();
        if matrix[at][at].abs() >= f64::EPSILON {
            solution[at] = (right[at] - known) / matrix[at][at];
        }
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_known_odds_are_found() {
        // Of the examples with value x, one in 1 + e^-(2x - 1) is true.
        let mut examples = Vec::new();
        for x in [-1.0, 0.0, 0.5, 1.0, 2.0] {
            let share = 1.0 / (1.0 + (1.0_f64 - 2.0 * x).exp());
            for is_true in [true, false] {
                let weight = if is_true { share } else { 1.0 - share };
                examples.push(Example {
                    values: [x],
                    is_true,
                    weight,
                });
            }
        }
        let (bias, [slope]) = fit(&examples);
        assert!(
            (bias + 1.0).abs() < 0.02 && (slope - 2.0).abs() < 0.05,
            "{bias} {slope}"
        );
    }
}
