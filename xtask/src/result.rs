/// Errors are finished sentences for the person at the terminal: nothing here is handled by a caller.
pub type Result<T> = std::result::Result<T, String>;
