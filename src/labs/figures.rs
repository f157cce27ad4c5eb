//! One table for the figures of a lab: what each is called, and how it is taken from a run.

/// Writes a lab's figures once: `specs` lists them for the signature, `values` takes each from what
/// a run measured, in the same order, so that the two can't part. Those after `early` are taken from
/// what is known before a run; `early_values` takes them without one.
macro_rules! figure_table {
    (
        $run:ident: $measured:ty;
        $($name:literal $unit:ident $value:expr, $about:literal;)*
        early $known:ident: $foreseen:ty = $from:expr;
        $($early_name:literal $early_unit:ident $early_value:expr, $early_about:literal;)*
    ) => {
        /// The figures, in order.
        static FIGURES: &[$crate::labs::FigureSpec] = &[
            $($crate::labs::FigureSpec {
                name: $name,
                unit: $crate::labs::Unit::$unit,
                about: $about,
            },)*
            $($crate::labs::FigureSpec {
                name: $early_name,
                unit: $crate::labs::Unit::$early_unit,
                about: $early_about,
            },)*
        ];

        /// Names of the figures that need no experiment.
        pub(super) static EARLY_FIGURES: &[&str] = &[$($early_name),*];

        /// The value of each figure, in the order of the specifications.
        fn figure_values($run: &$measured) -> Vec<$crate::labs::Value> {
            let mut values = vec![$($crate::labs::Value::from($value)),*];
            values.extend(early_values($from));
            values
        }

        /// The value of each figure that needs no experiment, in the order of [`EARLY_FIGURES`].
        fn early_values($known: &$foreseen) -> Vec<$crate::labs::Value> {
            vec![$($crate::labs::Value::from($early_value)),*]
        }
    };
}

pub(crate) use figure_table;
