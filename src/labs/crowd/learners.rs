//! Seven small learners, as in the textbooks. Each is fitted to rows, labels and weights, and
//! gives a score; where to cut it is not theirs to say.

use super::features::{CONTRASTS, FEATURES, Row};
use crate::labs::random::Stream;
use std::ops::Range;

/// Neighbours that are asked.
const NEIGHBOURS: usize = 15;
/// Widest layer of a net, inputs included.
const WIDEST: usize = 6;

/// What a learner is fitted to.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Standardised features.
    pub rows: &'a [Row],
    /// A label for each row; true for CAT.
    pub labels: &'a [bool],
    /// What a row labelled CAT counts; the others count one.
    pub cat_weight: f64,
}

/// A fitted learner.
#[derive(Clone, Debug)]
pub enum Model {
    /// Weights of the features, and a bias: logistic regression and perceptron.
    Linear {
        /// One for each feature; zero for those that were not used.
        weights: Row,
        /// Score of a row of zeros.
        bias: f64,
    },
    /// A feature, and the sign that makes CAT high.
    Stump {
        /// Its index.
        feature: usize,
        /// 1 or −1.
        sign: f64,
    },
    /// A net of rectified linear units with one logit.
    Net(Net),
    /// The rows and labels themselves.
    Neighbours(Known),
    /// The mean row of NO CAT and that of CAT.
    Centroids([[f64; CONTRASTS]; 2]),
}

/// Rows to be compared with, column by column: half of a run's training time is spent here.
#[derive(Clone, Debug)]
pub struct Known {
    columns: [Vec<f64>; CONTRASTS],
    labels: Vec<bool>,
}

/// A fully connected net of rectified linear units on the first features.
#[derive(Clone, Debug)]
pub struct Net {
    layers: Vec<Layer>,
}

/// `units[i]` holds the weights of unit i, one for each input.
#[derive(Clone, Debug)]
struct Layer {
    units: Vec<[f64; WIDEST]>,
    biases: Vec<f64>,
    n_inputs: usize,
}

impl Model {
    /// How much a row looks like CAT.
    pub fn score(&self, row: &Row) -> f64 {
        match self {
            Model::Linear { weights, bias } => {
                bias + weights.iter().zip(row).map(|(weight, x)| weight * x).sum::<f64>()
            }
            Model::Stump { feature, sign } => sign * row[*feature],
            Model::Net(net) => net.forward(row).1,
            Model::Neighbours(known) => known.nearest_cats(row),
            Model::Centroids([not_there, there]) => distance(row, not_there) - distance(row, there),
        }
    }
}

impl Lesson<'_> {
    fn weight(&self, row: usize) -> f64 {
        if self.labels[row] { self.cat_weight } else { 1.0 }
    }

    fn total_weight(&self) -> f64 {
        (0..self.rows.len()).map(|row| self.weight(row)).sum()
    }
}

/// Logistic regression by full-batch gradient descent from zero; `decay` is the factor of the L2
/// penalty (the bias has none).
pub fn logistic(lesson: &Lesson, columns: Range<usize>, steps: usize, rate: f64, decay: f64) -> Model {
    let total = lesson.total_weight();
    let (mut weights, mut bias) = ([0.0; FEATURES], 0.0);
    for _ in 0..steps {
        let (mut slope, mut bias_slope) = ([0.0; FEATURES], 0.0);
        // Without features all rows are alike.
        let alike = columns.is_empty().then(|| sigmoid(bias));
        for (i, row) in lesson.rows.iter().enumerate() {
            let mut logit = bias;
            for column in columns.clone() {
                logit += weights[column] * row[column];
            }
            let chance = alike.unwrap_or_else(|| sigmoid(logit));
            let error = lesson.weight(i) * (chance - f64::from(lesson.labels[i]));
            for column in columns.clone() {
                slope[column] += error * row[column];
            }
            bias_slope += error;
        }
        for column in columns.clone() {
            weights[column] -= rate * (slope[column] / total + decay * weights[column]);
        }
        bias -= rate * bias_slope / total;
    }
    Model::Linear { weights, bias }
}

/// The contrast whose class means differ most; of equals the first.
pub fn stump(lesson: &Lesson) -> Model {
    let [not_there, there] = class_means(lesson);
    let (mut feature, mut widest) = (0, 0.0);
    for column in 0..CONTRASTS {
        let gap = there[column] - not_there[column];
        if gap.abs() > f64::abs(widest) {
            (feature, widest) = (column, gap);
        }
    }
    Model::Stump { feature, sign: if widest < 0.0 { -1.0 } else { 1.0 } }
}

/// The averaged perceptron on the contrasts (Freund & Schapire 1999), rows in order; a mistake
/// moves it by the row's weight. The sum stands for the average.
pub fn perceptron(lesson: &Lesson, passes: usize) -> Model {
    let (mut weights, mut bias) = ([0.0; CONTRASTS], 0.0);
    let (mut sums, mut bias_sum) = ([0.0; FEATURES], 0.0);
    for _ in 0..passes {
        for (i, row) in lesson.rows.iter().enumerate() {
            let mut output = bias;
            for column in 0..CONTRASTS {
                output += weights[column] * row[column];
            }
            let target = if lesson.labels[i] { 1.0 } else { -1.0 };
            if target * output <= 0.0 {
                let step = target * lesson.weight(i);
                for column in 0..CONTRASTS {
                    weights[column] += step * row[column];
                }
                bias += step;
            }
            for column in 0..CONTRASTS {
                sums[column] += weights[column];
            }
            bias_sum += bias;
        }
    }
    Model::Linear { weights: sums, bias: bias_sum }
}

/// Fifteen nearest neighbours on the contrasts (Cover & Hart 1967).
pub fn neighbours(lesson: &Lesson) -> Model {
    let column = |column: usize| lesson.rows.iter().map(|row| row[column]).collect();
    Model::Neighbours(Known { columns: std::array::from_fn(column), labels: lesson.labels.to_vec() })
}

/// The nearer class mean, on the contrasts.
pub fn centroids(lesson: &Lesson) -> Model {
    Model::Centroids(class_means(lesson))
}

/// A net with these hidden layers on the contrasts, by stochastic gradient descent on the logistic
/// loss; a step is scaled by the row's weight over the mean weight. Draws its start weights layer
/// by layer, unit by unit, and then the order of each epoch.
pub fn net(lesson: &Lesson, hidden: &[usize], epochs: usize, rate: f64, stream: &mut Stream) -> Model {
    let mut net = Net::draw(hidden, stream);
    let mean_weight = lesson.total_weight() / lesson.rows.len() as f64;
    let mut order: Vec<usize> = (0..lesson.rows.len()).collect();
    for _ in 0..epochs {
        stream.shuffle(&mut order);
        for &i in &order {
            let step = rate * (lesson.weight(i) / mean_weight);
            net.learn(&lesson.rows[i], f64::from(lesson.labels[i]), step);
        }
    }
    Model::Net(net)
}

impl Net {
    fn draw(hidden: &[usize], stream: &mut Stream) -> Net {
        let mut n_inputs = CONTRASTS;
        let layers = hidden
            .iter()
            .chain(&[1])
            .map(|&n_units| {
                let mut units = vec![[0.0; WIDEST]; n_units];
                for unit in &mut units {
                    for weight in &mut unit[..n_inputs] {
                        *weight = 0.5 * stream.bell();
                    }
                }
                let layer = Layer { units, biases: vec![0.0; n_units], n_inputs };
                n_inputs = n_units;
                layer
            })
            .collect();
        Net { layers }
    }

    /// The input of each layer, and the logit.
    fn forward(&self, row: &Row) -> ([[f64; WIDEST]; 3], f64) {
        let mut inputs = [[0.0; WIDEST]; 3];
        inputs[0][..CONTRASTS].copy_from_slice(&row[..CONTRASTS]);
        let mut logit = 0.0;
        let last = self.layers.len() - 1;
        for (depth, layer) in self.layers.iter().enumerate() {
            for (unit, (weights, bias)) in layer.units.iter().zip(&layer.biases).enumerate() {
                let mut sum = *bias;
                for input in 0..layer.n_inputs {
                    sum += weights[input] * inputs[depth][input];
                }
                if depth == last {
                    logit = sum;
                } else {
                    inputs[depth + 1][unit] = if sum > 0.0 { sum } else { 0.0 };
                }
            }
        }
        (inputs, logit)
    }

    /// One step of back-propagation.
    fn learn(&mut self, row: &Row, target: f64, step: f64) {
        let (inputs, logit) = self.forward(row);
        let mut errors = [0.0; WIDEST];
        errors[0] = sigmoid(logit) - target;
        for (depth, layer) in self.layers.iter_mut().enumerate().rev() {
            let mut below = [0.0; WIDEST];
            for (unit, weights) in layer.units.iter_mut().enumerate() {
                for input in 0..layer.n_inputs {
                    below[input] += errors[unit] * weights[input];
                    weights[input] -= step * errors[unit] * inputs[depth][input];
                }
                layer.biases[unit] -= step * errors[unit];
            }
            for (error, &input) in below.iter_mut().zip(&inputs[depth]) {
                if input <= 0.0 {
                    *error = 0.0;
                }
            }
            errors = below;
        }
    }
}

impl Known {
    /// How many of the nearest known rows are CAT; of equally near ones the earlier.
    fn nearest_cats(&self, row: &Row) -> f64 {
        let mut distances = vec![0.0; self.labels.len()];
        for (column, x) in self.columns.iter().zip(row) {
            for (distance, known) in distances.iter_mut().zip(column) {
                *distance += (known - x) * (known - x);
            }
        }
        let mut nearest = [(f64::INFINITY, false); NEIGHBOURS];
        for (&distance, &label) in distances.iter().zip(&self.labels) {
            if distance < nearest[NEIGHBOURS - 1].0 {
                let mut place = NEIGHBOURS - 1;
                while place > 0 && distance < nearest[place - 1].0 {
                    nearest[place] = nearest[place - 1];
                    place -= 1;
                }
                nearest[place] = (distance, label);
            }
        }
        nearest.iter().filter(|(_, label)| *label).count() as f64
    }
}

/// Mean contrasts of NO CAT and of CAT; zero for a class without rows.
fn class_means(lesson: &Lesson) -> [[f64; CONTRASTS]; 2] {
    let mut sums = [[0.0; CONTRASTS]; 2];
    let mut counts = [0.0f64; 2];
    for (row, &label) in lesson.rows.iter().zip(lesson.labels) {
        let class = usize::from(label);
        counts[class] += 1.0;
        for column in 0..CONTRASTS {
            sums[class][column] += row[column];
        }
    }
    for (sum, count) in sums.iter_mut().zip(counts) {
        for mean in sum {
            *mean /= count.max(1.0);
        }
    }
    sums
}

fn distance(row: &Row, other: &[f64; CONTRASTS]) -> f64 {
    other.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit.clamp(-30.0, 30.0)))
}
