//! The `kb` command.

fn main() -> std::process::ExitCode {
    kb::cli::main()
}
