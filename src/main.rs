//! The program: parse, run, exit code.

fn main() {
    std::process::exit(treed::cli::run());
}
